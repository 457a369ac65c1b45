/** The Markdown of a hover: whole, in both languages, complete or not; the protocol test has the real ones. */
import { expect, it } from 'vitest';
import { toHoverText } from '../../../server/src/lsp/hover-text';
import { hoverWords } from '../../../server/src/lsp/hover-words';
import type { SymbolDescription } from '../../../server/src/retrieve/describe-symbol';

const none = { total: 0, nearest: [] };
const pump: SymbolDescription = {
  name: 'pump_up',
  kind: 'function',
  header: { code: 'def pump_up(tank):', comment: '' },
  definitions: [{ path: 'a b/pump.py', line: 0, container: '' }],
  definitionCount: { total: 1, isPartial: false },
  uses: { total: 1, files: 1, isPartial: true },
  related: {
    caller: { total: 5, nearest: [{ path: 'x.py', line: 8, container: 'Plant > run' }] },
    test: none,
    doc: none,
  },
};
const frame = { workspaceUri: 'file:///w', building: null, explain: '[?](command:x)' };

it.each([
  [
    'en',
    null,
    [
      '**pump\\_up**: function defined in [a b/pump\\.py\\:1](file:///w/a%20b/pump.py#L1).',
      'Used at least 1 time in 1 file. 5 uses by code: [x\\.py\\:9](file:///w/x.py#L9) (Plant \\> run) …',
    ],
  ],
  [
    'zh-cn',
    { done: 3, total: 9 },
    [
      '**pump\\_up**：function，定义于 [a b/pump\\.py\\:1](file:///w/a%20b/pump.py#L1).',
      '在 1 个文件中使用至少 1 次。 代码中使用 5 处: [x\\.py\\:9](file:///w/x.py#L9) (Plant \\> run) …',
      '索引仍在建立中（9 个文件中的 3 个）：结果可能不全。',
    ],
  ],
] as const)('says in %s what is known', (locale, building, lines) => {
  const text = toHoverText(pump, { ...frame, building, words: hoverWords(locale) });
  expect(text.split('\n\n')).toEqual(['```python\ndef pump_up(tank):\n```', ...lines, '[?](command:x)']);
});
