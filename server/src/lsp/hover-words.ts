/** The words of a hover in the editor's language; numbers and places come from the caller, escaped. */
export interface HoverWords {
  readonly tests: string;
  readonly documents: string;
  readonly noUses: string;
  defined(name: string, kind: string): string;
  alsoDefined(others: number, isPartial: boolean): string;
  uses(times: number, files: number, isPartial: boolean): string;
  callers(total: number): string;
  building(done: number, total: number): string;
}

const english: HoverWords = {
  tests: 'Tested in',
  documents: 'Described in',
  noUses: 'No uses found.',
  defined: (name, kind) => `${name}: ${kind} defined in`,
  alsoDefined: (others, isPartial) => `Also defined in ${atLeast(isPartial)}${count(others, 'other place')}`,
  uses: (times, files, isPartial) => `Used ${atLeast(isPartial)}${count(times, 'time')} in ${count(files, 'file')}.`,
  callers: (total) => `${count(total, 'use')} by code`,
  building: (done, total) =>
    `The index is still being built${total > 0 ? ` (${done} of ${total} files)` : ''}: there may be more.`,
};

const chinese: HoverWords = {
  tests: '测试',
  documents: '文档',
  noUses: '没有找到使用之处。',
  defined: (name, kind) => `${name}：${kind}，定义于`,
  alsoDefined: (others, isPartial) => `另有${isPartial ? '至少' : ''} ${others} 处定义`,
  uses: (times, files, isPartial) => `在 ${files} 个文件中使用${isPartial ? '至少' : ''} ${times} 次。`,
  callers: (total) => `代码中使用 ${total} 处`,
  building: (done, total) => `索引仍在建立中${total > 0 ? `（${total} 个文件中的 ${done} 个）` : ''}：结果可能不全。`,
};

/** `locale` as editors name it: `en`, `zh-cn`. */
export function hoverWords(locale: string): HoverWords {
  return /^zh\b/i.test(locale) ? chinese : english;
}

function atLeast(isPartial: boolean): string {
  return isPartial ? 'at least ' : '';
}

function count(total: number, noun: string): string {
  return `${total} ${noun}${total === 1 ? '' : 's'}`;
}
