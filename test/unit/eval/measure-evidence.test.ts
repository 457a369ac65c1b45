/** An evaluation over a folder of records with a made-up ranking: rows, samples, going on after a stop, bad data. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { measureEvidence, type EvidenceParts, type EvidenceRequest } from '../../../server/src/eval/measure-evidence';
import type { EvaluationProgress } from '../../../server/src/eval/run-evaluation';
import type { RankUnits } from '../../../server/src/eval/score-units';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createDataFolder, readRecordLines } from '../../support/evidence-fixtures';

const lines = readRecordLines();
const folder = createDataFolder({ one: lines.slice(0, 12), two: lines.slice(12) });

interface Asked {
  readonly question: string;
  readonly units: readonly string[];
  readonly followsHops: boolean;
}

/** Ranks a unit by how many letters of the question's last word it has; notes what it was asked. */
function createParts(asked: Asked[], more: Partial<EvidenceParts> = {}): EvidenceParts {
  const rankUnits: RankUnits = async ({ question, text, units, followsHops }, signal) => {
    signal.throwIfAborted();
    const texts = units.map(({ startOffset, endOffset }) => text.slice(startOffset, endOffset));
    asked.push({ question, units: texts, followsHops });
    const word = question.split(' ').at(-1) ?? '';
    const ranked = units.map((unit, unitPlace) => {
      const own = text.slice(unit.startOffset, unit.endOffset);
      const score = [...word].filter((letter) => own.includes(letter)).length;
      return { ...unit, contextId: 'x', contextPlace: 0, unitPlace, firstToken: 0, lastToken: 1, score };
    });
    return ranked.map((unit) => ({ ...unit, criticScore: unit.score, bm25Score: 0, probability: 0 }));
  };
  let nowMs = 0;
  return {
    fileSystem: createNodeFileSystem(),
    clock: { nowMs: () => (nowMs += 1000), wallMs: () => 0 },
    rankUnits,
    criticFingerprint: async () => 'model 1',
    version: '1',
    ...more,
  };
}

function createRequest(more: Partial<EvidenceRequest> = {}): EvidenceRequest {
  return {
    folder,
    sets: ['one'],
    methods: ['bm25', 'critic', 'oracle'],
    keeps: [10, 50],
    seed: 1,
    alternatives: false,
    signal: new AbortController().signal,
    ...more,
  };
}

test('one row a set, method and budget, with shares from 0 to 1 inside their interval', async () => {
  const asked: Asked[] = [];
  const rows = await measureEvidence(createRequest({ sets: [] }), createParts(asked));
  expect(rows.map(({ set, method, keep }) => `${set} ${method} ${keep}`)).toEqual([
    ...['bm25 10', 'bm25 50', 'critic 10', 'critic 50', 'oracle 10', 'oracle 50'].map((name) => `one ${name}`),
    ...['bm25 10', 'bm25 50', 'critic 10', 'critic 50', 'oracle 10', 'oracle 50'].map((name) => `two ${name}`),
  ]);
  for (const row of rows) {
    expect(Object.keys(row).sort()).toEqual(
      ['set', 'method', 'keep', 'n', 'recall', 'allGold', 'low', 'high', 'kept'].sort(),
    );
    expect(row.n).toBe(row.set === 'one' ? 12 : 52);
    for (const share of [row.recall, row.allGold, row.kept]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(row.low).toBeLessThanOrEqual(row.allGold);
    expect(row.high).toBeGreaterThanOrEqual(row.allGold);
  }
  const at = (method: string): number => rows.find((row) => row.method === method && row.keep === 50)?.recall ?? 0;
  expect(at('oracle')).toBeGreaterThanOrEqual(at('bm25'));
  expect(at('oracle')).toBeGreaterThanOrEqual(at('critic'));
  expect(asked.length).toBe(lines.length);
});

test('the critic gets headings as headings, and every unit of the rule', async () => {
  const asked: Asked[] = [];
  await measureEvidence(createRequest({ methods: ['critic'] }), createParts(asked));
  expect(asked[0]?.units.slice(0, 2)).toEqual(['# Garrow Point', 'The lighthouse 🏮🏮 stands on a rock.']);
  expect(asked[0]?.units).toContain('# Harbour');
});

test('one method ranks in one pass, the other follows hops, each asked once a record', async () => {
  const asked: Asked[] = [];
  const rows = await measureEvidence(createRequest({ methods: ['critic', 'critic-2hop'] }), createParts(asked));
  const hops = asked.map(({ followsHops }) => followsHops);
  expect([hops.filter(Boolean).length, hops.length]).toEqual([
    hops.length / 2,
    2 * new Set(asked.map(({ question }) => question)).size,
  ]);
  expect(rows.length).toBe(4);
});

test('alternatives count with the best of all golds', async () => {
  const plain = await measureEvidence(createRequest(), createParts([]));
  const best = await measureEvidence(createRequest({ alternatives: true }), createParts([]));
  const gains = best.map((row, place) => row.recall - (plain[place]?.recall ?? 0));
  expect(Math.min(...gains)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...gains)).toBeGreaterThan(0);
});

test('a sample is the same for a seed, and a larger one holds the smaller', async () => {
  const questionsOf = async (sample: number, seed: number): Promise<readonly string[]> => {
    const asked: Asked[] = [];
    const request = createRequest({ sets: ['two'], methods: ['critic'], sample, seed });
    await measureEvidence(request, createParts(asked));
    return asked.map(({ units }) => units.join());
  };
  const five = await questionsOf(5, 1);
  expect(five.length).toBe(5);
  expect(await questionsOf(5, 1)).toEqual(five);
  expect(await questionsOf(5, 2)).not.toEqual(five);
  expect(await questionsOf(9, 1)).toEqual(expect.arrayContaining([...five]));
  expect((await questionsOf(1000, 1)).length).toBe(52);
});

test('the random ranking depends on the seed only', async () => {
  const run = async (seed: number): Promise<unknown> =>
    measureEvidence(createRequest({ sets: ['two'], methods: ['random'], seed }), createParts([]));
  expect(await run(3)).toEqual(await run(3));
  expect(await run(3)).not.toEqual(await run(4));
});

test('progress counts records and says what is left', async () => {
  const seen: EvaluationProgress[] = [];
  await measureEvidence(createRequest({ onProgress: (progress) => seen.push(progress) }), createParts([]));
  expect(seen.map(({ recordsDone }) => recordsDone)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  expect(seen.every(({ recordsTotal }) => recordsTotal === 12)).toBe(true);
  expect(seen.at(-1)?.secondsLeft).toBe(0);
  expect(seen[5]?.secondsLeft).toBeGreaterThan(0);
});

test('a stopped run goes on where it was and ends with the same rows', async () => {
  const resumeFile = join(createDataFolder({}), 'kept', 'results.jsonl');
  const whole = await measureEvidence(createRequest(), createParts([]));
  const stop = new AbortController();
  const asked: Asked[] = [];
  const stopped = measureEvidence(
    createRequest({
      resumeFile,
      signal: stop.signal,
      onProgress: ({ recordsDone }) => {
        if (recordsDone === 5) stop.abort();
      },
    }),
    createParts(asked),
  );
  await expect(stopped).rejects.toMatchObject({ message: expect.stringMatching(/cancelled|abort/i) });
  expect(asked.length).toBe(5);
  // A crash in the middle of a line.
  appendFileSync(resumeFile, '{"set":"one","id":"own-6","meth');
  const rest: Asked[] = [];
  expect(await measureEvidence(createRequest({ resumeFile }), createParts(rest))).toEqual(whole);
  expect(rest.length).toBe(7);
  const none: Asked[] = [];
  expect(await measureEvidence(createRequest({ resumeFile }), createParts(none))).toEqual(whole);
  expect(none.length).toBe(0);
  const logged = readFileSync(resumeFile, 'utf8').trim().split('\n').slice(0, 3);
  expect(logged.map((line) => JSON.parse(line) as unknown)).toEqual(
    ['bm25', 'critic', 'oracle'].map((method) => ({
      set: 'one',
      id: 'own-0',
      method,
      key: expect.stringMatching(/^[0-9a-f]{20}$/),
      results: [10, 50].map((keep) => ({ keep, recall: expect.any(Number), kept: expect.any(Number) })),
    })),
  );
});

test('another model, version, budget or record is computed again, and only what depends on it', async () => {
  const data = createDataFolder({ one: lines.slice(0, 3) });
  const resumeFile = join(data, 'results.jsonl');
  const countAsked = async (request: Partial<EvidenceRequest>, parts: Partial<EvidenceParts> = {}): Promise<number> => {
    const asked: Asked[] = [];
    await measureEvidence(createRequest({ folder: data, resumeFile, ...request }), createParts(asked, parts));
    return asked.length;
  };
  expect(await countAsked({})).toBe(3);
  expect(await countAsked({ keeps: [50] })).toBe(0);
  expect(await countAsked({ keeps: [50, 20] })).toBe(3);
  expect(await countAsked({ keeps: [10, 20, 50] })).toBe(0);
  const other = { criticFingerprint: async (): Promise<string> => 'model 2' };
  const before = readFileSync(resumeFile, 'utf8').split('\n').length;
  expect(await countAsked({}, other)).toBe(3);
  expect(readFileSync(resumeFile, 'utf8').split('\n').length).toBe(before + 3);
  expect(await countAsked({}, { version: '2' })).toBe(3);
  expect(await countAsked({})).toBe(0);
  const changed = lines.slice(0, 3).map((line) => line.replace('Garrow Point', 'Gallow Point'));
  writeFileSync(join(data, 'one.jsonl.gz'), gzipSync(changed.join('\n')));
  expect(await countAsked({})).toBe(1);
});

const good = lines[0] ?? '';
test.each([
  ['no JSON', `${good}\n{"id": "x"`, /one\.jsonl\.gz, line 2 is not an evidence record: /],
  ['a field too few', '{"id": "x", "context": "abc"}', /line 1 .*"gold" marks no text/],
  ['a list', '[]', /line 1 .*"context" is no text/],
  ['a range behind the end', good.replace(/"gold": \[\[\d+, \d+\]\]/, '"gold": [[5, 99999]]'), /\[5,99999\]/],
  ['a range upside down', good.replace(/"gold": \[\[\d+, \d+\]\]/, '"gold": [[9, 5]]'), /\[9,5\]/],
  ['no gold', good.replace(/"gold": \[\[\d+, \d+\]\]/, '"gold": []'), /"gold" marks no text/],
  ['no records', '', /has no records/],
])('%s is named with its file and line before anything is measured', async (_name, text, sentence) => {
  const data = createDataFolder({ fine: lines.slice(0, 2) });
  writeFileSync(join(data, 'one.jsonl.gz'), gzipSync(text));
  const asked: Asked[] = [];
  const run = measureEvidence(createRequest({ folder: data, sets: ['fine', 'one'] }), createParts(asked));
  await expect(run).rejects.toThrow(sentence);
  expect(asked.length).toBe(0);
});

test('a file that is cut, a set that is not there and an empty folder are each one sentence', async () => {
  const data = createDataFolder({ one: lines.slice(0, 3) });
  writeFileSync(join(data, 'cut.jsonl.gz'), gzipSync(good).subarray(0, 40));
  const run = (request: Partial<EvidenceRequest>): Promise<unknown> =>
    measureEvidence(createRequest(request), createParts([]));
  await expect(run({ folder: data, sets: ['cut'] })).rejects.toThrow(/cut\.jsonl\.gz cannot be unpacked/);
  await expect(run({ folder: data, sets: ['three'] })).rejects.toThrow(/no set "three"; there are cut, one\.$/);
  await expect(run({ folder: createDataFolder({}), sets: [] })).rejects.toThrow(/there are no sets/);
});

test('a file of something else is not added to', async () => {
  const resumeFile = join(createDataFolder({}), 'notes.txt');
  writeFileSync(resumeFile, 'my notes\n');
  await expect(measureEvidence(createRequest({ resumeFile }), createParts([]))).rejects.toThrow(/notes\.txt has no/);
  expect(readFileSync(resumeFile, 'utf8')).toBe('my notes\n');
  expect(existsSync(`${resumeFile}.jsonl`)).toBe(false);
});
