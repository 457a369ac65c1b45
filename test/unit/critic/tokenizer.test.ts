/** The tokenizer against the reference implementation (Python `tokenizers`), on 10,000 committed samples. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { parseTokenizer, type TokenizedText } from '../../../server/src/tokens/tokenizer';

const tokenizer = parseTokenizer(JSON.parse(readFileSync('models/critic/tokenizer.json', 'utf8')));

interface Reference {
  readonly text: string;
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A line is [text, ids, steps from start to start, lengths]; see scripts/critic-tokenizer-reference.py. */
function readReference(): readonly Reference[] {
  const lines = gunzipSync(readFileSync('test/fixtures/critic/tokenizer-reference.jsonl.gz')).toString('utf8').trim();
  return lines.split('\n').map((line) => {
    const [text, ids, steps, lengths]: [string, number[], number[], number[]] = JSON.parse(line);
    let start = 0;
    const starts = steps.map((step) => (start += step));
    return { text, ids, starts, ends: starts.map((first, index) => first + (lengths[index] ?? 0)) };
  });
}

/**
 * Where NFKC joins a character to the one before, the reference counts only one of the two as the source: mostly the
 * first, or the mark alone where the first was taken apart ("TM sign" and an accent). Ours covers both, so its range
 * may reach further, by such characters and nothing else.
 */
function isComposedPart(text: string, from: number, to: number): boolean {
  return /^[\p{M}\u1160-\u11ff\u3131-\u318e\uff9e\uff9f\uffa0-\uffdc]+$/u.test(text.slice(from, to));
}

function isTakenApart(text: string, from: number, to: number): boolean {
  const part = text.slice(from, to);
  return [...part.replace(/\p{M}+$/u, '')].length === 1 && [...part.normalize('NFKD')].length > [...part].length;
}

function compareOffsets(reference: Reference, actual: TokenizedText): 'equal' | 'composed' | 'different' {
  let outcome: 'equal' | 'composed' = 'equal';
  for (let index = 0; index < reference.ids.length; index++) {
    const [start, expectedStart] = [actual.starts[index] ?? -1, reference.starts[index] ?? -1];
    const [end, expectedEnd] = [actual.ends[index] ?? -1, reference.ends[index] ?? -1];
    if (start === expectedStart && end === expectedEnd) continue;
    outcome = 'composed';
    if (start !== expectedStart && !(start < expectedStart && isTakenApart(reference.text, start, expectedStart)))
      return 'different';
    if (end !== expectedEnd && !(end > expectedEnd && isComposedPart(reference.text, expectedEnd, end)))
      return 'different';
  }
  return outcome;
}

/** Where the first difference lies, in one line. */
function firstDifference(reference: Reference, actual: TokenizedText): string {
  const show = (place: number, ids: ArrayLike<number>, starts: ArrayLike<number>, ends: ArrayLike<number>): string =>
    `${ids[place]} [${starts[place]}, ${ends[place]})`;
  for (let place = 0; place <= reference.ids.length; place++) {
    const expected = show(place, reference.ids, reference.starts, reference.ends);
    const found = show(place, actual.ids, actual.starts, actual.ends);
    if (expected !== found) return `${JSON.stringify(reference.text)} token ${place}: ${expected}, found ${found}`;
  }
  return JSON.stringify(reference.text);
}

test('gives the ids and UTF-16 offsets of the reference on 10,000 mixed samples', () => {
  const references = readReference();
  const different: unknown[] = [];
  let composed = 0;
  for (const reference of references) {
    const actual = tokenizer.encode(reference.text);
    const isSameIds = JSON.stringify([...actual.ids]) === JSON.stringify(reference.ids);
    const offsets = isSameIds ? compareOffsets(reference, actual) : 'different';
    if (offsets === 'composed') composed++;
    if (offsets === 'different') different.push(firstDifference(reference, actual));
  }
  // The samples are rich in characters that NFKC joins: 8,015 leave nothing to the definition above.
  expect({ samples: references.length, composed, different }).toEqual({
    samples: 10_000,
    composed: 1985,
    different: [],
  });
});

test('reads a line of 2 MB in seconds, whatever it is made of', () => {
  const seconds = ['x', 'word ', '\u4f60', '\u0301', '\u{1f469}\u200d', ' '].map((part) => {
    const started = performance.now();
    const text = part.repeat(Math.ceil(2_000_000 / part.length));
    const tokens = tokenizer.encode(text);
    expect(tokens.ends.at(-1)).toBe(text.length);
    return (performance.now() - started) / 1000;
  });
  expect(Math.max(...seconds)).toBeLessThan(10);
});
