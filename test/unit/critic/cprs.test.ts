/**
 * QwenLong-CPRS end to end on a small random model of its architecture: what training/cprs makes of the samples in
 * Python, test/fixtures/cprs-tiny/reference.json.gz, must come out of the port.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { parseByteBpe } from '../../../server/src/critic/cprs/byte-bpe';
import { createCprsCritic, type CprsCriticOptions } from '../../../server/src/critic/cprs/cprs-critic';
import { findCprsSpans, readLabels } from '../../../server/src/critic/cprs/cprs-labels';
import { createCprsPrompt } from '../../../server/src/critic/cprs/cprs-prompt';
import { contextRoom, cutContext, encodePrefix } from '../../../server/src/critic/cprs/cprs-window';
import type { Critic, LabelledContext } from '../../../server/src/critic/critic';

interface Sample {
  readonly text: string;
  readonly question: string;
  readonly bySentence: boolean;
  readonly prefix: readonly number[];
  readonly windows: readonly number[];
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly logits: string;
  readonly labels: string;
  /** One list for each of the reference's rules. */
  readonly spans: readonly (readonly (readonly [number, number])[])[];
}

/** Random labels, whose tokens start at random places. */
type LabelCase = Pick<Sample, 'text' | 'starts' | 'labels' | 'spans'>;

interface Reference {
  readonly instruction: string;
  readonly rules: readonly {
    readonly min_keyword_len: number;
    readonly complete_sentence: boolean;
    readonly fill_backward: boolean;
  }[];
  readonly samples: readonly Sample[];
  readonly labelCases: readonly LabelCase[];
}

const modelFolder = resolve('test/fixtures/cprs-tiny');
const workerFile = resolve('dist/workers/cprs.worker.js');
const reference: Reference = JSON.parse(
  gunzipSync(readFileSync(join(modelFolder, 'reference.json.gz'))).toString('utf8'),
);
const { instruction, samples } = reference;
const tokenizer = parseByteBpe(JSON.parse(readFileSync(join(modelFolder, 'tokenizer.json'), 'utf8')));
const windowTokens = 256;
const maxDocumentTokens = 2_048_000;
const scratch = mkdtempSync(join(tmpdir(), 'longfold-cprs-'));
const never = new AbortController().signal;

const critics: Critic[] = [];
function createCritic(options: Partial<CprsCriticOptions> = {}): Critic {
  const critic = createCprsCritic({ workerFile, modelFolder, threads: 1, ...options });
  critics.push(critic);
  return critic;
}
afterAll(async () => {
  await Promise.all(critics.map((critic) => critic.dispose()));
  rmSync(scratch, { recursive: true });
});

const labelledBefore = new Map<string, Promise<readonly LabelledContext[]>>();

/** Labels all samples, once for each set of options. */
function labelSamples(options: Partial<CprsCriticOptions>): Promise<readonly LabelledContext[]> {
  const key = JSON.stringify(options);
  const results = labelledBefore.get(key) ?? labelAll(options);
  labelledBefore.set(key, results);
  return results;
}

/** The port labels one question at a time, so samples go in groups of the same question and way of cutting. */
async function labelAll(options: Partial<CprsCriticOptions>): Promise<readonly LabelledContext[]> {
  const results: LabelledContext[] = [];
  for (const isCutAtSentences of [true, false]) {
    const critic = createCritic({ ...options, isCutAtSentences });
    const chosen = samples.flatMap((sample, place) =>
      sample.bySentence === isCutAtSentences ? [{ sample, place }] : [],
    );
    for (const question of new Set(chosen.map(({ sample }) => sample.question))) {
      const contexts = chosen
        .filter(({ sample }) => sample.question === question)
        .map(({ sample, place }) => ({ id: String(place), text: sample.text }));
      for (const labelled of await critic.label({ instruction, question, contexts }, { signal: never }))
        results[Number(labelled.id)] = labelled;
    }
  }
  return results;
}

/** The spans by each of the reference's rules. */
function spansOf(text: string, starts: readonly number[], logits: Float32Array): readonly unknown[] {
  return reference.rules.map((rules) =>
    findCprsSpans(
      text,
      { starts: Uint32Array.from(starts), logits },
      {
        minKeywordLength: rules.min_keyword_len,
        isSentenceCompleted: rules.complete_sentence,
        isFilledBackward: rules.fill_backward,
      },
    ).map(({ startOffset, endOffset }) => [startOffset, endOffset]),
  );
}

function readLogits({ logits }: Sample): Float32Array {
  const bytes = Buffer.from(logits, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(4 * place));
}

describe('tokenizer and windows', () => {
  test('give the ids, UTF-16 offsets and windows of the reference on every sample', () => {
    const different = samples.flatMap((sample, place) => {
      const prefix = encodePrefix(tokenizer, instruction, sample.question);
      const room = contextRoom(prefix.length, windowTokens);
      const options = { windowTokens, maxDocumentTokens, isCutAtSentences: sample.bySentence };
      const { ids, starts, ends, windowEnds } = cutContext(tokenizer, sample.text, room, options);
      const windows = windowEnds.map((end, index) => end - (windowEnds[index - 1] ?? 0));
      const found = { prefix: [...prefix], windows, ids: [...ids], starts: [...starts], ends: [...ends] };
      const expected = Object.fromEntries(Object.keys(found).map((key) => [key, Reflect.get(sample, key)]));
      return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ place, text: sample.text, found, expected }];
    });
    expect(different).toEqual([]);
    expect(samples.length).toBeGreaterThanOrEqual(40);
    expect(samples.filter(({ windows }) => windows.length > 2).length).toBeGreaterThan(5);
  });

  test('give each token all of the characters that it holds a byte of', () => {
    const { ids, starts, ends } = tokenizer.encode('x\u{1fae0}');
    expect(ids.length).toBeGreaterThan(2);
    expect([...starts.slice(1)].every((start) => start === 1)).toBe(true);
    expect([...ends.slice(1)].every((end) => end === 3)).toBe(true);
  });

  test('read a surrogate without its other half as the replacement character, and go on', () => {
    const [lone, replaced] = ['a\ud83d b\udc00', 'a\ufffd b\ufffd'].map((text) => tokenizer.encode(text));
    expect(lone).toEqual(replaced);
  });

  test('read a line of 500,000 characters in seconds, whatever it is made of', () => {
    const seconds = ['x', 'word ', '\u4f60', 'e\u0301', '\u0301', '\u{1f469}\u200d', ' ', '\n', '!', '\ud800'].map(
      (part) => {
        const text = part.repeat(Math.ceil(500_000 / part.length));
        const started = performance.now();
        expect(tokenizer.encode(text).ends.at(-1)).toBe(text.length);
        return (performance.now() - started) / 1000;
      },
    );
    expect(Math.max(...seconds)).toBeLessThan(10);
  });

  test('do not read what stands behind the longest document', () => {
    const options = { windowTokens, maxDocumentTokens: 100, isCutAtSentences: false };
    const cut = cutContext(tokenizer, 'The ferry leaves at seven. '.repeat(100), 50, options);
    expect(cut.ids.length).toBeLessThanOrEqual(100);
    expect(cut.windowEnds.at(-1)).toBe(cut.ids.length);
  });

  test('refuse a tokenizer of another kind', () => {
    const other: unknown = JSON.parse(readFileSync('models/critic/tokenizer.json', 'utf8'));
    expect(() => parseByteBpe(other)).toThrow('not that of Qwen2');
  });
});

test.each([1, 2])('gives the logits of PyTorch, its labels and its spans, with %i workers', async (workers) => {
  const results = await labelSamples({ workers });
  let largest = 0;
  samples.forEach((sample, place) => {
    const labelled = results[place];
    const expected = readLogits(sample);
    const found = labelled?.logits ?? new Float32Array();
    expect(found.length, `sample ${place}`).toBe(expected.length);
    expected.forEach((value, index) => (largest = Math.max(largest, Math.abs(value - (found[index] ?? NaN)))));
    expect([...(labelled?.starts ?? [])], `sample ${place}`).toEqual(sample.starts);
    expect(readLabels(found).join(''), `sample ${place}`).toBe(sample.labels);
    expect(spansOf(sample.text, sample.starts, found), `sample ${place}`).toEqual(sample.spans);
  });
  console.log(`largest difference of a logit with ${workers} workers: ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(1e-4);
});

test('gives the spans of the reference for 300 rows of random labels', () => {
  const different = reference.labelCases.filter(({ text, starts, labels, spans }) => {
    const logits = Float32Array.from([...labels].flatMap((label) => [...'BIOE'].map((one) => (one === label ? 1 : 0))));
    return JSON.stringify(spansOf(text, starts, logits)) !== JSON.stringify(spans);
  });
  expect(different).toEqual([]);
  expect(reference.labelCases.length).toBe(300);
});

test('makes spans in time linear in the text, also where no sentence ends', () => {
  const size = 1_000_000;
  const starts = Uint32Array.from({ length: size }, (_, place) => place);
  const logits = Float32Array.from({ length: 4 * size }, (_, place) =>
    place % 4 === Math.floor(place / 4) % 3 ? 1 : 0,
  );
  const started = performance.now();
  findCprsSpans('x'.repeat(size), { starts, logits }, { minKeywordLength: 0, isSentenceCompleted: true });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('labels the same with one worker, two workers and more threads', async () => {
  const [one, two, threads] = [
    await labelSamples({ workers: 1 }),
    await labelSamples({ workers: 2 }),
    await labelSamples({ workers: 1, threads: 2 }),
  ];
  expect(two).toEqual(one);
  expect(threads).toEqual(one);
});

test('counts tokens, hands each context out once, and takes blank ones', async () => {
  const critic = createCritic({ workers: 2 });
  expect(await critic.countTokens(['', 'a', samples[0]?.text ?? ''], never)).toEqual([0, 1, samples[0]?.ids.length]);
  const seen: string[] = [];
  const contexts = samples.slice(0, 12).map(({ text }, place) => ({ id: String(place), text }));
  const onBatch = (labelled: readonly LabelledContext[]): unknown => seen.push(...labelled.map(({ id }) => id));
  await critic.label({ instruction, question: 'When?', contexts }, { signal: never, onBatch });
  expect(seen.sort()).toEqual(contexts.map(({ id }) => id).sort());
  expect(await critic.label({ instruction: '', question: '', contexts: [] }, { signal: never })).toEqual([]);
});

test('stops at a cancel and answers the next question', async () => {
  const critic = createCritic();
  const stop = new AbortController();
  const contexts = Array.from({ length: 60 }, (_, place) => ({ id: String(place), text: `${place} ferries leave.` }));
  let batches = 0;
  const onBatch = (): void => {
    if (++batches === 2) stop.abort();
  };
  const request = { instruction, question: 'When does the ferry leave?', contexts };
  await expect(critic.label(request, { signal: stop.signal, onBatch })).rejects.toMatchObject({
    name: 'CancelledError',
  });
  expect(batches).toBe(2);
  const [labelled] = await critic.label({ ...request, contexts: contexts.slice(0, 1) }, { signal: never });
  expect(labelled?.starts.length).toBeGreaterThan(0);
});

test('asks again where a worker dies, and says in one sentence when it dies twice', async () => {
  const dying = join(scratch, 'dying.js');
  const marker = JSON.stringify(join(scratch, 'marker'));
  writeFileSync(
    dying,
    `const fs = require('node:fs'); const { parentPort } = require('node:worker_threads');
     if (!fs.existsSync(${marker})) parentPort.on('message', () => { fs.writeFileSync(${marker}, ''); process.exit(3); });
     else require(${JSON.stringify(workerFile)});`,
  );
  const contexts = [{ id: 'a', text: samples[0]?.text ?? '' }];
  const request = { instruction, question: samples[0]?.question ?? '', contexts };
  const [labelled] = await createCritic({ workerFile: dying }).label(request, { signal: never });
  expect(readLabels(labelled?.logits ?? new Float32Array()).join('')).toBe(samples[0]?.labels);
  writeFileSync(dying, `require('node:worker_threads').parentPort.on('message', () => process.exit(3));`);
  await expect(createCritic({ workerFile: dying }).label(request, { signal: never })).rejects.toThrow(
    /^The QwenLong-CPRS worker stopped twice \(.*\); it may need more memory than there is\.$/,
  );
});

test('says in one sentence that the question leaves no room', async () => {
  const request = { instruction, question: 'ferry '.repeat(300), contexts: [{ id: 'a', text: 'A line.' }] };
  await expect(createCritic().label(request, { signal: never })).rejects.toThrow(
    /^Instruction and question take \d+ of the 256 tokens that the critic reads at once; shorten them\.$/,
  );
});

test('sends an instruction with its own tagging rule as it is, and gives others one', () => {
  expect(createCprsPrompt(instruction)).toBe(instruction);
  const prompt = createCprsPrompt('Mark names.');
  expect(prompt).toContain('\nMark names.\n## tagging rule:\n- tag the ');
  expect(createCprsPrompt(' ')).toContain('## tagging rule:');
});
