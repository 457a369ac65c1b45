/** The answer of the bundled critic: an exact slice of one passage, or null where there is nothing to read. */
import { afterAll, expect, test } from 'vitest';
import type { Passage } from '../../../server/src/critic/compress-passages';
import { extractAnswer, type ExtractedAnswer } from '../../../server/src/critic/extract-answer';
import { createCritic } from './critic-fixtures';

const critic = createCritic(1);
afterAll(() => critic.dispose());

function extract(question: string, ...texts: readonly string[]): Promise<ExtractedAnswer | null> {
  const passages = texts.map((text, place): Passage => ({ id: `p${place}`, text }));
  return extractAnswer({ critic, question, passages, signal: new AbortController().signal });
}

const lighthouse = '# Garrow Point 🏮\nThe lighthouse stands on a rock. Tamsin Ofori keeps the lamp since 1987.';
const harbour = 'The harbour of Lisk was built in 1931. Nine boats lie in it.';

test.each([
  ['Who keeps the lamp on Garrow Point?', 'p1', 'Ofori', [harbour, lighthouse]],
  ['When was the harbour built?', 'p0', '1931', [harbour, lighthouse]],
  ['谁修了渡口的灯？', 'p0', '李明', ['渡口在河边。😀李明修了渡口的灯。', harbour]],
] as const)('%s is answered by a slice of the right passage', async (question, passageId, part, texts) => {
  const found = await extract(question, ...texts);
  expect(found).toMatchObject({ passageId, text: expect.stringContaining(part) });
  const text = texts[Number(passageId.slice(1))] ?? '';
  expect(text.slice(found?.startOffset, found?.endOffset)).toBe(found?.text);
});

test('a text that answers is more probable to hold an answer than one that does not', async () => {
  const question = 'Who keeps the lamp on Garrow Point?';
  const [right, wrong] = [await extract(question, lighthouse), await extract(question, harbour)];
  expect(right?.probability).toBeGreaterThan(wrong?.probability ?? 1);
  expect(right?.probability).toBeLessThanOrEqual(1);
  expect(wrong?.probability).toBeGreaterThanOrEqual(0);
});

test('only empty passages have no answer', async () => {
  const empty = await Promise.all([extract('Who?'), extract('Who?', ''), extract('Who?', ' \n\t ', '')]);
  expect(empty).toEqual([null, null, null]);
  for (const text of ['# A heading', '…', '10', 'word']) {
    const found = await extract('', '', text);
    expect(found, text).toMatchObject({ passageId: 'p1', text: text.slice(found?.startOffset, found?.endOffset) });
    expect(found?.probability, text).toBeGreaterThanOrEqual(0);
  }
});

test('a cancel is told as one', async () => {
  const signal = AbortSignal.abort();
  const passages = [{ id: 'p', text: harbour }];
  const stopped = extractAnswer({ critic, question: 'When?', passages, signal });
  await expect(stopped).rejects.toMatchObject({ name: 'CancelledError' });
});
