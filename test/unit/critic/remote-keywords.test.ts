/** The granularity `keyword` with QwenLong-CPRS: what the model is told, and what becomes of marks inside sentences. */
import { expect, test } from 'vitest';
import { granularities } from '../../../protocol/settings';
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { Granularity } from '../../../protocol/trace-events';
import { compressPassages } from '../../../server/src/critic/compress-passages';
import { createCprsPrompt } from '../../../server/src/critic/cprs/cprs-prompt';
import { instructionFor } from '../../../server/src/critic/instruction';
import { createCompressor } from '../../../server/src/session/critic-compressor';
import type { Span } from '../../support/cprs-server';
import { ask, handbook } from '../answer/question-bench';
import { markedTexts, noAbort, openBench, type Bench } from './remote-critic-bench';

const noCutter = { cutCode: async ({ texts }: { readonly texts: readonly unknown[] }) => texts.map(() => null) };
const question = 'How many minutes does the ferry wait?';
const text =
  'The Heron is a 🚢 ferry. Seven minutes it waits at the northern pier of the old town before it leaves again. ' +
  'Tickets are sold on board by the crew, who take coins and cards. On Sundays it leaves at 9.';

/** The texts kept of `text`, in its order. */
async function keep(
  { critic }: Pick<Bench, 'critic'>,
  granularity: Granularity,
  tokenBudget = 500,
): Promise<readonly string[]> {
  const options = { question, granularity, tokenBudget, signal: noAbort };
  const { spans } = await createCompressor(critic, noCutter).compress([{ id: 'a', path: 'a.txt', text }], options);
  return spans.map(({ startOffset, endOffset }) => text.slice(startOffset, endOffset));
}

const spanOf = (words: string): Span => {
  const start = [...text.slice(0, text.indexOf(words))].length;
  return [words, start, start + [...words].length];
};

test.each(granularities)('the server is asked for keywords or for whole sentences: %s', async (granularity) => {
  const bench = await openBench();
  await keep(bench, granularity);
  const { parameters, input } = bench.server.requests[0]?.payload ?? {};
  const isKeyword = granularity === 'keyword';
  expect(parameters).toMatchObject({ complete_sentence: !isKeyword, min_keyword_len: isKeyword ? 0 : 1 });
  const { role, content } = input?.messages[0] ?? {};
  expect([role, content]).toEqual(['system', instructionFor(granularity)]);
  expect(content?.includes('key words')).toBe(isKeyword);
});

test('the model on this machine is told the same', () => {
  const prompt = createCprsPrompt(instructionFor('keyword'));
  expect(prompt).toMatch(/^You are .*Extract the key words .*not whole sentences\.\n## tagging rule:\n- tag the .+$/);
  expect(createCprsPrompt(instructionFor('sentence'))).not.toContain('key word');
});

test('what the server marks inside sentences is kept as exact words, those before all others', async () => {
  const bench = await openBench();
  expect(await keep(bench, 'keyword', 3)).toEqual(['ferry', 'minutes']);
  expect(await keep(bench, 'sentence', 25)).toEqual([text.slice(0, text.indexOf(' Tickets'))]);
});

test('the critic values a sentence with a mark far above one without, wherever in it the mark stands', async () => {
  for (const marks of [
    ['Tickets', '9'],
    ['sold', 'Sundays'],
    ['coins and cards', '9'],
    ['Heron', 'coins and cards'],
  ]) {
    const { critic } = await openBench({ spans: () => marks.map(spanOf) });
    const passages = [{ id: 'a', text }];
    const request = { critic, question, instruction: '', passages, granularity: 'keyword', tokenBudget: 9 } as const;
    const { unitScores } = await compressPassages({ ...request, signal: noAbort });
    const valuesOf = (hasMark: boolean): readonly number[] =>
      unitScores
        .filter(
          ({ startOffset, endOffset }) =>
            hasMark === marks.some((mark) => text.slice(startOffset, endOffset).includes(mark)),
        )
        .map(({ criticScore }) => criticScore);
    const [marked, unmarked] = [valuesOf(true), valuesOf(false)];
    const spread = Math.max(...marked) - Math.min(...marked);
    expect(marked.length).toBe(2);
    expect(Math.min(...marked) - Math.max(...unmarked)).toBeGreaterThan(4 * spread);
    const contexts = [{ id: 'a', text }];
    const [labelled] = await critic.label(
      { instruction: '', question, granularity: 'keyword', contexts },
      { signal: noAbort },
    );
    expect(labelled && markedTexts(text, labelled)).toEqual(marks);
  }
});

test('the evidence shown while reading is keywords from the start, and none of it grows or shrinks in the end', async () => {
  const { critic } = await openBench();
  const shown: (readonly string[])[] = [];
  const { answer } = await ask(
    {
      question: 'How many minutes before departure does the skipper call?',
      granularity: 'keyword',
      tokenBudget: 4_000,
    },
    { compressor: createCompressor(critic, noCutter) },
    { onEvent: (event) => event.kind === 'evidenceRanked' && shown.push(event.evidence.map(placeOf)) },
  );
  const kept = answer.evidence.map(placeOf);
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.every((places) => places.length > 0)).toBe(true);
  expect(shown.flat().filter((place) => !kept.includes(place))).toEqual([]);
  expect(answer.evidence.every(({ text, start, end }) => handbook.slice(start, end) === text)).toBe(true);
});

function placeOf({ start, end, text }: EvidenceSpan): string {
  return `${start}-${end} ${text}`;
}
