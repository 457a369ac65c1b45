/**
 * Critic inference off the server's thread: cuts contexts into units, encodes each unit once, scores them against the
 * question by late interaction and answers with B, I, O, E logits a token. The instruction is part of the port; this scorer does not read it: it was not trained with one, and added
 * to the question it only blurs the match.
 */
import { workerData } from 'node:worker_threads';
import type { LabelledContext } from '../critic/critic';
import { scoreUnit, writeLogits, type QuestionStates } from '../critic/late-interaction';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { createCriticLoader, type CriticModel } from './critic-model';
import type { CriticWork, CriticWorkerData, CriticWorkerMethods, TokenizedSection } from './critic-protocol';
import { joinTokens, tokenizeUnits, UnitReader, type EncodedUnit } from './unit-reader';
import { serveWorker, workerLog } from './worker-rpc';

const data = workerData as CriticWorkerData;
const load = createCriticLoader(data, workerLog);
const reader = new UnitReader(data.cacheBytes);

function labelUnits(id: string, units: readonly EncodedUnit[], question: QuestionStates): LabelledContext {
  const { starts, ends } = joinTokens(units);
  const logits = new Float32Array(4 * starts.length);
  let first = 0;
  for (const { tokens, states } of units) {
    writeLogits(scoreUnit(question, states, states.scales.length - tokens.ids.length), logits.subarray(4 * first));
    first += tokens.ids.length;
  }
  return { id, starts, ends, logits };
}

async function pause(signal: AbortSignal): Promise<void> {
  await yieldToLoop();
  throwIfCancelled(signal);
}

/** Does work on the model and says how much it was. */
async function measure<Result extends object>(
  work: (model: CriticModel) => Promise<Result>,
): Promise<Result & CriticWork> {
  const model = await load.model();
  const before = { ...reader.counts, atMs: performance.now(), runMs: model.encoder.runMs };
  const result = await work(model);
  return {
    ...result,
    unitsEncoded: reader.counts.encoded - before.encoded,
    unitsCached: reader.counts.cached - before.cached,
    busyMs: performance.now() - before.atMs,
    runMs: model.encoder.runMs - before.runMs,
  };
}

serveWorker<CriticWorkerMethods>({
  label: ({ question, sections }, { signal }) =>
    measure(async (model) => {
      const terms = await reader.readQuestion(model, question);
      const labelled: LabelledContext[] = [];
      for (const section of sections) {
        labelled.push(labelUnits(section.id, await reader.readUnits(model, section, signal), terms));
        await pause(signal);
      }
      return { labelled };
    }),
  readHead: () => load.head(),
  tokenize: async ({ sections }, { signal }) => {
    const tokenizer = await load.tokenizer();
    const tokenized: TokenizedSection[] = [];
    for (const { text } of sections) {
      tokenized.push(joinTokens(tokenizeUnits(tokenizer, text)));
      await pause(signal);
    }
    return tokenized;
  },
  countTokens: async ({ texts }, { signal }) => {
    const tokenizer = await load.tokenizer();
    const counts: number[] = [];
    for (const text of texts) {
      counts.push(tokenizer.encode(text).ids.length);
      await pause(signal);
    }
    return counts;
  },
});
