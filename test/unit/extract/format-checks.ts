/** What tests of formats look at: placed lines in order, the facts of a file, its text. */
import { expect } from 'vitest';
import { extract, fixture, placedLines } from './extract-fixtures';

/** These lines in this order, others may stand between them. */
export async function expectLines(path: string, lines: readonly string[], bytes?: Uint8Array): Promise<void> {
  const found = placedLines(await extract(path, bytes ?? fixture(path)));
  let next = 0;
  const inOrder = lines.filter((line) => {
    const at = found.indexOf(line, next);
    if (at >= 0) next = at + 1;
    return at >= 0;
  });
  expect({ inOrder, found }).toEqual({ inOrder: lines, found });
}

export async function facts(path: string, bytes?: Uint8Array): Promise<string> {
  const outcome = await extract(path, bytes ?? fixture(path));
  if (outcome.kind === 'skipped') return `${outcome.reason}: ${outcome.detail}`;
  const { encoding, language } = outcome.document;
  return [`${encoding}, ${language}`, ...outcome.problems].join('; ');
}

export async function textOf(path: string, bytes?: Uint8Array): Promise<string> {
  const outcome = await extract(path, bytes ?? fixture(path));
  return outcome.kind === 'document' ? outcome.document.text : '';
}
