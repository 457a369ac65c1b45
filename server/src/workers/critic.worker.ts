/**
 * Critic inference off the server's thread: cuts contexts into units, encodes each unit once, scores them against the
 * question by late interaction and answers with B, I, O, E logits a token. The instruction is part of the port; this
 * untrained scorer does not read it, because added to the question it only blurs the match.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { CriticContext, LabelledContext } from '../critic/critic';
import { normalizeStates, packStates, scoreUnit, stateSize, writeLogits } from '../critic/late-interaction';
import type { QuestionStates, TokenStates } from '../critic/late-interaction';
import { StateCache } from '../critic/state-cache';
import { parseTokenizer, type TokenizedText, type Tokenizer } from '../critic/tokenizer';
import { cutUnits } from '../critic/units';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { Encoder } from './critic-encoder';
import type { CriticWorkerData, CriticWorkerMethods } from './critic-protocol';
import { serveWorker } from './worker-rpc';

const data = workerData as CriticWorkerData;
const cache = new StateCache(data.cacheBytes);
/** Questions are cut here; the rest of a longer one does not count. */
const maxQuestionTokens = 200;

interface Model {
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
}

let loading: Promise<Model> | undefined;

function loadModel(): Promise<Model> {
  loading ??= readModel().catch((error: unknown) => {
    loading = undefined;
    throw new Error(
      `The critic model in ${data.modelFolder} cannot be loaded (${errorMessage(error)}); reinstall Longfold.`,
    );
  });
  return loading;
}

async function readModel(): Promise<Model> {
  const text = await readFile(join(data.modelFolder, 'tokenizer.json'), 'utf8');
  return { tokenizer: parseTokenizer(JSON.parse(text)), encoder: await Encoder.load(data.modelFolder) };
}

/** The last question's states: every batch of a request asks the same one. */
let lastQuestion: { readonly text: string; readonly states: QuestionStates } | undefined;

async function readQuestion(model: Model, question: string): Promise<QuestionStates> {
  if (lastQuestion?.text === question) return lastQuestion.states;
  const prefix = 'query: ';
  const tokens = model.tokenizer.encode(prefix + question.slice(0, 4000));
  const ids = tokens.ids.subarray(0, maxQuestionTokens);
  const all = normalizeStates(await model.encoder.encode(ids), ids.length);
  // The prefix steers the encoder, its own tokens are not asked for.
  let skip = 0;
  while (skip < ids.length && (tokens.ends[skip] ?? 0) <= prefix.length - 1) skip++;
  const weights = Float32Array.from(ids.subarray(skip), (id) => model.tokenizer.informationOf(id));
  const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
  const states = { states: all.slice(skip * stateSize), weights: weights.map((weight) => weight / sum) };
  lastQuestion = { text: question, states };
  return states;
}

interface EncodedUnit {
  readonly tokens: TokenizedText;
  readonly states: TokenStates;
  readonly startOffset: number;
}

interface UnitCounts {
  encoded: number;
  cached: number;
}

async function encodeUnits(
  model: Model,
  text: string,
  counts: UnitCounts,
  signal: AbortSignal,
): Promise<readonly EncodedUnit[]> {
  const units: EncodedUnit[] = [];
  for (const { startOffset, endOffset } of cutUnits(text, 'sentence')) {
    const unitText = text.slice(startOffset, endOffset);
    const tokens = model.tokenizer.encode(unitText);
    let states = cache.get(unitText);
    if (states) counts.cached++;
    else {
      states = packStates(await model.encoder.encode(tokens.ids), tokens.ids.length);
      cache.set(unitText, states);
      counts.encoded++;
      throwIfCancelled(signal);
    }
    units.push({ tokens, states, startOffset });
  }
  return units;
}

function labelUnits(id: string, units: readonly EncodedUnit[], question: QuestionStates): LabelledContext {
  const size = units.reduce((sum, unit) => sum + unit.tokens.ids.length, 0);
  const [starts, ends, logits] = [new Uint32Array(size), new Uint32Array(size), new Float32Array(4 * size)];
  let first = 0;
  for (const { tokens, states, startOffset } of units) {
    starts.set(
      tokens.starts.map((place) => place + startOffset),
      first,
    );
    ends.set(
      tokens.ends.map((place) => place + startOffset),
      first,
    );
    writeLogits(scoreUnit(question, states), logits.subarray(4 * first));
    first += tokens.ids.length;
  }
  return { id, starts, ends, logits };
}

async function labelContext(
  model: Model,
  context: CriticContext,
  question: QuestionStates,
  counts: UnitCounts,
  signal: AbortSignal,
): Promise<LabelledContext> {
  const units = await encodeUnits(model, context.text, counts, signal);
  return labelUnits(context.id, units, question);
}

serveWorker<CriticWorkerMethods>({
  label: async ({ question, contexts }, { signal }) => {
    const model = await loadModel();
    const states = await readQuestion(model, question);
    const counts = { encoded: 0, cached: 0 };
    const labelled: LabelledContext[] = [];
    for (const context of contexts) {
      labelled.push(await labelContext(model, context, states, counts, signal));
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return { labelled, unitsEncoded: counts.encoded, unitsCached: counts.cached };
  },
  countTokens: async ({ texts }, { signal }) => {
    const { tokenizer } = await loadModel();
    const counts: number[] = [];
    for (const text of texts) {
      counts.push(tokenizer.encode(text).ids.length);
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return counts;
  },
});
