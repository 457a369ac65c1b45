/** Compression over the real model: exact slices, budgets, and the same result whatever the number of workers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { granularities } from '../../../protocol/settings';
import { cutCode } from '../../../server/src/chunk/cut-code';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import {
  compressPassages,
  type CompressedPassages,
  type CompressRequest,
  type Passage,
} from '../../../server/src/critic/compress-passages';
import type { Critic, LabelledContext } from '../../../server/src/critic/critic';
import type { OnnxCritic } from '../../../server/src/critic/onnx-critic';
import { cutUnits, maxUnitLength, toCodeUnits } from '../../../server/src/critic/units';
import { createCritic, createRandom, readCode, readSources, type SourceFile } from './critic-fixtures';

/** Of neighbours that are joined, in UTF-16 units. */
const maxSpanLength = 4 * maxUnitLength;
const questions = [
  'How is the body limit of a route set?',
  'which hook runs before validation',
  '年假有多少天？',
  '憑證什麼時候到期',
  'timeout seconds',
  'getSchemaController',
  '👩🏽‍💻',
  '',
  'What does the server do when a request is aborted while the reply is being sent, and who is told about it?',
];

let one: OnnxCritic;
let two: OnnxCritic;
let uncached: OnnxCritic;
beforeAll(() => {
  [one, two, uncached] = [createCritic(1), createCritic(2), createCritic(2, 0)];
});
afterAll(async () => {
  await Promise.all([one, two, uncached].map((critic) => critic.dispose()));
});

interface Case extends Omit<CompressRequest, 'critic'> {
  readonly passages: readonly (Passage & { readonly path: string })[];
}

/** 520 cases over a pool of slices, so that the states' cache keeps the run short; some slices span three sections. */
function createCases(): readonly Case[] {
  const random = createRandom(4);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  };
  const sources = readSources();
  const own = [...sources.filter(({ name }) => name.includes('fixtures/critic')), ...readCode()];
  const pool = Array.from({ length: 60 }, (_, index) => {
    const { name, text } = pick(sources);
    const start = Math.floor(random() * text.length);
    return { name, text: text.slice(start, start + (index % 20 === 0 ? 7000 : 100 + random() * 500)) };
  }).concat(own, own.filter(({ name }) => /\.(ts|py)$/.test(name)).map(cutMiddle));
  return Array.from({ length: 520 }, () => ({
    question: pick(questions),
    instruction: 'Extract what answers the question.',
    passages: Array.from({ length: 1 + Math.floor(random() * 3) }, (_, place) => {
      const { name, text } = pick(pool);
      return { id: `p${place}`, path: name, text };
    }),
    granularity: pick(granularities),
    tokenBudget: pick([0, 1, 7, 20, 60, 200, 1000, 100_000]),
    followsHops: pick([false, false, false, false, true]),
    signal: new AbortController().signal,
  }));
}

/** Begins and ends inside of definitions. */
function cutMiddle({ name, text }: SourceFile): SourceFile {
  return { name, text: text.slice(Math.floor(text.length / 5), Math.floor((text.length * 4) / 5)) };
}

const parser = createSyntaxParser(findGrammarFiles());

/** As `ask` does it: code brings its units along where it is kept by its syntax. */
async function withUnits(input: Case): Promise<Case> {
  const { granularity, passages } = input;
  if (granularity !== 'block' && granularity !== 'symbol') return input;
  const cut = await cutCode({ granularity, texts: passages }, parser);
  const units = passages.map((passage, place) => {
    const ranges = cut[place];
    return ranges ? { ...passage, units: toCodeUnits(passage.text, ranges) } : passage;
  });
  return { ...input, passages: units };
}

/** Every rule that a result breaks, in words; the tokens are counted from the labels, not taken from the result. */
function findFaults(input: Case, result: CompressedPassages, labelled: readonly LabelledContext[]): readonly string[] {
  const faults: string[] = [];
  let total = 0;
  input.passages.forEach(({ id, text }, place) => {
    let [start, before] = [-1, -1];
    for (const span of result.spans.filter((kept) => kept.contextId === id)) {
      const { startOffset, endOffset } = span;
      const slice = text.slice(startOffset, endOffset);
      if (slice === '' || slice.length !== endOffset - startOffset)
        faults.push(`${id} [${startOffset}, ${endOffset}) is no slice`);
      if (slice !== slice.trim()) faults.push(`${id} [${startOffset}, ${endOffset}) has white space around`);
      if (isLowSurrogate(text, startOffset) || isLowSurrogate(text, endOffset))
        faults.push('a character is cut in two');
      if (startOffset < before) faults.push('spans are not sorted and apart');
      // Units of a text without white space touch; they stay two spans only where one would be too long.
      if (startOffset === before && endOffset - start <= maxSpanLength) faults.push('spans that touch are not joined');
      start = startOffset;
      if (!/[\p{L}\p{N}\p{So}]/u.test(slice)) faults.push(`${JSON.stringify(slice)} is kept alone`);
      before = endOffset;
      total += countTokens(labelled[place], startOffset, endOffset);
    }
  });
  if (total > input.tokenBudget) faults.push(`${total} tokens exceed the budget of ${input.tokenBudget}`);
  if (result.tokensKept > input.tokenBudget) faults.push('the tokens reported exceed the budget');
  const hasText = result.unitScores.some((unit) => unit.isKeepable);
  if (hasText && input.tokenBudget >= 7 && result.spans.length === 0) faults.push('nothing is kept');
  if (input.tokenBudget === 100_000) {
    for (const unit of result.unitScores) {
      // A keyword is a part of its unit, and some units have none.
      const isCovered =
        input.granularity === 'keyword' ||
        result.spans.some(
          (s) => s.contextId === unit.contextId && s.startOffset <= unit.startOffset && s.endOffset >= unit.endOffset,
        );
      if (unit.isKeepable && !isCovered) faults.push('a unit is dropped although the budget has room');
    }
  }
  return faults;
}

/** A high surrogate stands before: a slice of the source may itself begin in the middle of a pair. */
function isLowSurrogate(text: string, place: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(place - 1, place + 1));
}

function countTokens(labelled: LabelledContext | undefined, start: number, end: number): number {
  let count = 0;
  labelled?.ends.forEach((last, token) => {
    if ((labelled.starts[token] ?? 0) >= start && last <= end) count++;
  });
  return count;
}

/** Hands labels through and keeps them, so that a test sees what the result was made from. */
function recordLabels(critic: Critic, labels: LabelledContext[]): Critic {
  return {
    label: async (request, options) => {
      const labelled = await critic.label(request, options);
      labels.push(...labelled);
      return labelled;
    },
    ...(critic.loadHead ? { loadHead: critic.loadHead.bind(critic) } : {}),
    ...(critic.keepsStates ? { keepsStates: true } : {}),
    countTokens: (texts, signal) => critic.countTokens(texts, signal),
    dispose: () => critic.dispose(),
  };
}

test(
  'keeps exact slices, sorted and apart, within the budget, the same with one worker and two, in 520 random cases',
  { timeout: 600_000 },
  async () => {
    const faults: string[] = [];
    let spans = 0;
    for (const [index, drawn] of createCases().entries()) {
      const input = await withUnits(drawn);
      const labels: LabelledContext[] = [];
      const first = await compressPassages({ ...input, critic: recordLabels(one, labels) });
      const second = await compressPassages({ ...input, critic: two });
      faults.push(...findFaults(input, first, labels).map((fault) => `case ${index}: ${fault}`));
      if (JSON.stringify(first) !== JSON.stringify(second))
        faults.push(`case ${index}: one worker and two workers differ`);
      if (index % 65 === 0) {
        const third = await compressPassages({ ...input, critic: uncached });
        if (JSON.stringify(first) !== JSON.stringify(third)) faults.push(`case ${index}: cached and uncached differ`);
      }
      spans += first.spans.length;
    }
    expect({ faults: faults.slice(0, 10), count: faults.length }).toEqual({ faults: [], count: 0 });
    expect(spans).toBeGreaterThan(500);
  },
);

test('units are sorted, apart and cover every character that is not white space', () => {
  const faults = readSources().flatMap(({ name, text }) =>
    granularities
      .filter((granularity) => {
        let [rest, place] = ['', 0];
        for (const { startOffset, endOffset } of cutUnits(text, granularity)) {
          if (startOffset < place || endOffset <= startOffset) return true;
          rest += text.slice(place, startOffset);
          place = endOffset;
        }
        return (rest + text.slice(place)).trim() !== '';
      })
      .map((granularity) => `${name} ${granularity}`),
  );
  expect(faults).toEqual([]);
});

test('cuts sentences in English and Chinese, not after abbreviations, and across the lines of wrapped prose', () => {
  const text =
    'Dr. Smith paid 3.5 dollars, i.e. little. It rained!  “Really?” she asked.\n# Title\nThe first sentence of this paragraph is long and goes\non in this line. A second.\n' +
    'const a = 1\nconst b = 2\n今天下雨。「真的吗？」她问！好……吧。\n1. One item\n2. Another';
  expect(cutUnits(text, 'sentence').map((unit) => text.slice(unit.startOffset, unit.endOffset))).toMatchInlineSnapshot(`
    [
      "Dr. Smith paid 3.5 dollars, i.e. little.",
      "It rained!",
      "“Really?” she asked.",
      "# Title",
      "The first sentence of this paragraph is long and goes
    on in this line.",
      "A second.",
      "const a = 1",
      "const b = 2",
      "今天下雨。",
      "「真的吗？」",
      "她问！",
      "好……",
      "吧。",
      "1. One item",
      "2. Another",
    ]
  `);
});
