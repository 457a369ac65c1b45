/** An evaluation of answers with a made-up critic: figures computed by hand, what is left out, going on after a stop. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { measureAnswers, type AnswersParts } from '../../../server/src/eval/measure-answers';
import type { EvaluationRequest } from '../../../server/src/eval/run-evaluation';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createDataFolder, readAnswerLines } from '../../support/evidence-fixtures';

const lines = readAnswerLines();
const linesOf = (...ids: readonly string[]): readonly string[] =>
  lines.filter((line) => ids.includes((JSON.parse(line) as { id: string }).id));
const folder = createDataFolder({ own: lines, claims: linesOf('claim', 'code', 'open') });

interface Reply {
  /** A part of the question, and of its own context. */
  readonly asked: string;
  readonly own: string;
  readonly text: string;
  /** For the own context, and for any other. */
  readonly probabilities: readonly [own: number, other: number];
}

const replies: readonly Reply[] = [
  { asked: 'keeps the lamp', own: 'Two cats', text: 'Tamsin Ofori', probabilities: [0.9, 0.2] },
  { asked: 'hangs in', own: 'in the office', text: 'the list', probabilities: [0.5, 0.3] },
  { asked: 'harbour of Lisk built', own: '1931', text: 'in 1931', probabilities: [0.4, 0.6] },
  { asked: 'boats lie', own: 'Nine', text: 'eight', probabilities: [0.7, 0.1] },
  { asked: 'old lamp', own: '1986', text: 'museum', probabilities: [0.8, 0.3] },
  { asked: '大桥', own: '1998', text: '全长一千二百米', probabilities: [0.6, 0.6] },
  { asked: '谁修了', own: '三天', text: '李明', probabilities: [1, 0] },
  { asked: 'at noon?', own: '1931', text: 'leaves at noon', probabilities: [0.9, 0] },
  { asked: 'dogs', own: 'cats', text: 'No', probabilities: [0.1, 0] },
];

function createParts(asked: string[], more: Partial<AnswersParts> = {}): AnswersParts {
  return {
    fileSystem: createNodeFileSystem(),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    extract: async (question, text, signal) => {
      signal.throwIfAborted();
      asked.push(question);
      const reply = replies.find((one) => question.includes(one.asked));
      if (!reply) throw new Error(`Asked for what is left out: ${question}`);
      const isOwn = text.includes(reply.own);
      return { text: isOwn ? reply.text : 'Lisk', probability: reply.probabilities[isOwn ? 0 : 1] };
    },
    threshold: 0.5,
    criticFingerprint: async () => 'model 1',
    version: '1',
    ...more,
  };
}

function createRequest(more: Partial<EvaluationRequest> = {}): EvaluationRequest {
  return { folder, sets: ['own'], seed: 1, signal: new AbortController().signal, ...more };
}

test('figures equal those computed by hand; claims, code and questions without answers are left out', async () => {
  const asked: string[] = [];
  const [row, ...others] = await measureAnswers(createRequest({ sets: [] }), createParts(asked));
  expect(others).toEqual([]);
  // F1 of the replies above: 1, 1, 2/3, 0, 1/2 (museum of "sold to museum"), 10/12, 1.
  expect(row?.f1).toBeCloseTo((1 + 1 + 2 / 3 + 0 + 1 / 2 + 10 / 12 + 1) / 7, 12);
  expect(row?.exactMatch).toBeCloseTo(3 / 7, 12);
  expect(row?.answered).toBeCloseTo(6 / 7, 12);
  expect(row?.abstained).toBeCloseTo(5 / 7, 12);
  // Wins of 0.9, 0.5, 0.4, 0.7, 0.8, 0.6, 1 over 0.2, 0.3, 0.6, 0.1, 0.3, 0.6, 0: 7, 5, 5, 7, 7, 5 + 2 halves, 7.
  expect(row?.auc).toBeCloseTo(44 / 49, 12);
  // By bins, what was said minus what was so: 0, 0.1, 0.2, 0.6, -0.6, -0.5, 1.8 - 1, 0.7 - 1, 0.8 - 1, 1.9 - 2.
  expect(row?.ece).toBeCloseTo((0.1 + 0.2 + 0.6 + 0.6 + 0.5 + 0.8 + 0.3 + 0.2 + 0.1) / 14, 12);
  expect(row).toMatchObject({ set: 'own', n: 7, yesNo: { n: 2, accuracy: 0.5 } });
  // Seven questions of two contexts each, and two of their own only.
  expect(asked.length).toBe(2 * 7 + 2);
});

test('a stopped run goes on where it was and ends with the same rows', async () => {
  const resumeFile = join(createDataFolder({}), 'results.jsonl');
  const whole = await measureAnswers(createRequest(), createParts([]));
  const stop = new AbortController();
  const onProgress: EvaluationRequest['onProgress'] = ({ recordsDone }) => recordsDone === 4 && stop.abort();
  const stopped = measureAnswers(createRequest({ resumeFile, signal: stop.signal, onProgress }), createParts([]));
  await expect(stopped).rejects.toMatchObject({ name: 'CancelledError' });
  expect(readFileSync(resumeFile, 'utf8').trim().split('\n').length).toBe(4);
  const rest: string[] = [];
  expect(await measureAnswers(createRequest({ resumeFile }), createParts(rest))).toEqual(whole);
  expect(new Set(rest).size).toBe(9 - 4);
  const none: string[] = [];
  expect(await measureAnswers(createRequest({ resumeFile }), createParts(none))).toEqual(whole);
  expect(none).toEqual([]);
});

test('another model, record or other context is asked again, another threshold is not', async () => {
  const few = linesOf('lamp', 'sold', 'bridge');
  const data = createDataFolder({ own: few });
  const request = createRequest({ folder: data, resumeFile: join(data, 'results.jsonl') });
  const countAsked = async (more: Partial<AnswersParts> = {}): Promise<number> => {
    const asked: string[] = [];
    await measureAnswers(request, createParts(asked, more));
    return asked.length;
  };
  expect(await countAsked()).toBe(6);
  expect(await countAsked({ threshold: 0.9 })).toBe(0);
  expect(await countAsked({ criticFingerprint: async () => 'model 2' })).toBe(6);
  // Stands in for the lamp's context, and is a question itself.
  const changed = few.map((line) => line.replace('to a museum in', 'to a museum about'));
  writeFileSync(join(data, 'own.jsonl.gz'), gzipSync(changed.join('\n')));
  expect(await countAsked()).toBe(2 * 2);
});

test('a set without answers is refused when it is named, before anything is asked', async () => {
  const asked: string[] = [];
  const named = measureAnswers(createRequest({ sets: ['own', 'claims'] }), createParts(asked));
  await expect(named).rejects.toMatchObject({ reason: 'unknownSet', message: expect.stringContaining('"claims"') });
  const all = measureAnswers(
    createRequest({ folder: createDataFolder({ claims: linesOf('claim') }), sets: [] }),
    createParts(asked),
  );
  await expect(all).rejects.toMatchObject({ reason: 'unknownSet' });
  expect(asked).toEqual([]);
});

test('an empty context answers nothing, with no probability', async () => {
  const parts = createParts([], { extract: async () => null });
  const [row] = await measureAnswers(createRequest(), parts);
  expect(row).toMatchObject({ f1: 0, exactMatch: 0, answered: 0, abstained: 1, auc: 0.5, ece: 0.5 });
});
