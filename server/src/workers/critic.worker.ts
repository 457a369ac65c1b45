/**
 * Critic inference off the server's thread: cuts contexts into units, encodes each unit once, scores them against the
 * question by late interaction and answers with B, I, O, E logits a token. The instruction is part of the port;
 * this scorer does not read it: it was not trained with one, and added to the question it only blurs the match.
 */
import { workerData } from 'node:worker_threads';
import type { CriticKind, LabelledContext, Reread } from '../critic/critic';
import {
  normalizeStates,
  packQuestion,
  packStates,
  scoreUnit,
  stateSize,
  writeLogits,
} from '../critic/late-interaction';
import type { QuestionStates, TokenStates } from '../critic/late-interaction';
import { StateCache } from '../critic/state-cache';
import { parseTokenizer, type TokenizedText, type Tokenizer } from '../critic/tokenizer';
import { findHeads, type UnitHeads } from '../critic/unit-heads';
import { cutUnits } from '../critic/units';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { Encoder } from './critic-encoder';
import { checkCriticFile, readCriticJson } from './critic-folder';
import type {
  CriticSection,
  CriticWork,
  CriticWorkerData,
  CriticWorkerMethods,
  RereadSection,
  TokenizedSection,
} from './critic-protocol';
import { JointLayers, type JointReading } from './joint-layers';
import { serveWorker, workerLog } from './worker-rpc';

const data = workerData as CriticWorkerData;
const cache = new StateCache(data.cacheBytes);
/** Questions are cut here; the rest of a longer one does not count. */
const maxQuestionTokens = 200;
const maxHeadTokens = 20;

interface Model {
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
  readonly joint: JointLayers;
}

/** Apart from the model: tokens are counted, too, where the encoder is damaged. */
const loadTokenizer = once(async () => parseTokenizer(await readCriticJson(data.modelFolder, 'tokenizer.json')));
const loadModel = once(async (): Promise<Model> => {
  await checkCriticFile(data.modelFolder, 'encoder.onnx');
  await checkCriticFile(data.modelFolder, 'joint.onnx');
  return {
    tokenizer: await loadTokenizer(),
    encoder: await Encoder.load(data.modelFolder, data.device, workerLog),
    joint: await JointLayers.load(data.modelFolder, data.device, workerLog),
  };
});
const loadHead = once(() => readCriticJson(data.modelFolder, 'scorer.json'));

/** Loads at the first call; a failure is told in one sentence and tried again by the next call. */
function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error instanceof ModelLoadError ? error : new ModelLoadError(errorMessage(error));
    });
    return loading;
  };
}

class ModelLoadError extends Error {
  constructor(reason: string) {
    const brief = reason.replace(/\s+/g, ' ').replace(/\.$/, '');
    super(`The critic model in ${data.modelFolder} cannot be loaded (${brief}); reinstall Longfold.`);
  }
}

interface ReadQuestion {
  /** For late interaction: the question's own tokens. */
  readonly terms: QuestionStates;
  /** For the joint layers: the kind's tokens, too. */
  readonly states: Float32Array;
}

/** The last question's states by kind: every batch of a request asks the same one. */
const lastQuestions = new Map<CriticKind, ReadQuestion & { readonly text: string }>();

async function readQuestion(model: Model, question: string, kind: CriticKind): Promise<ReadQuestion> {
  const last = lastQuestions.get(kind);
  if (last?.text === question) return last;
  const prefix = `${kind}: `;
  const tokens = model.tokenizer.encode(prefix + question.slice(0, 4000));
  const ids = tokens.ids.subarray(0, maxQuestionTokens);
  const encoded = await model.encoder.encode(ids);
  const states = normalizeStates(encoded.states, ids.length);
  // The prefix steers the encoder, its own tokens are not asked for.
  let skip = 0;
  while (skip < ids.length && (tokens.ends[skip] ?? 0) <= prefix.length - 1) skip++;
  const weights = Float32Array.from(
    ids.subarray(skip),
    (id, place) => model.tokenizer.informationOf(id) * (encoded.weights[skip + place] ?? 1),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
  const shares = weights.map((weight) => weight / sum);
  const terms = packQuestion(states.subarray(skip * stateSize), shares);
  const read = { text: question, terms, states };
  lastQuestions.set(kind, read);
  return read;
}

interface TokenizedUnit {
  readonly tokens: TokenizedText;
  readonly startOffset: number;
}

interface EncodedUnit extends TokenizedUnit {
  readonly states: TokenStates;
}

interface UnitCounts {
  encoded: number;
  cached: number;
}

async function encodeUnits(
  model: Model,
  { text, above }: { readonly text: string; readonly above: UnitHeads },
  counts: UnitCounts,
  signal: AbortSignal,
  isWanted: (startOffset: number, endOffset: number) => boolean = () => true,
): Promise<readonly EncodedUnit[]> {
  const units: EncodedUnit[] = [];
  const cut = cutUnits(text, 'sentence');
  const { heads } = findHeads(text, cut, above);
  for (const [place, { startOffset, endOffset }] of cut.entries()) {
    if (!isWanted(startOffset, endOffset)) continue;
    const unitText = text.slice(startOffset, endOffset);
    const tokens = model.tokenizer.encode(unitText);
    const head = headIds(model, heads[place] ?? '');
    const key = `${heads[place] ?? ''}\n${unitText}`;
    let states = cache.get(key);
    if (states) counts.cached++;
    else {
      const ids = concat(head, tokens.ids);
      states = packStates((await model.encoder.encode(ids)).states, ids.length);
      cache.set(key, states);
      counts.encoded++;
      throwIfCancelled(signal);
    }
    units.push({ tokens, states, startOffset });
  }
  return units;
}

/** The head's first pieces and a colon; they are read with the unit and count for it. */
function headIds({ tokenizer }: Model, head: string): Int32Array {
  if (head === '') return new Int32Array();
  return concat(tokenizer.encode(head).ids.subarray(0, maxHeadTokens), tokenizer.encode(':').ids);
}

function concat(first: Int32Array, second: Int32Array): Int32Array {
  const joined = new Int32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

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

function tokenizeUnits(tokenizer: Tokenizer, text: string): readonly TokenizedUnit[] {
  return cutUnits(text, 'sentence').map(({ startOffset, endOffset }) => ({
    tokens: tokenizer.encode(text.slice(startOffset, endOffset)),
    startOffset,
  }));
}

/** The units' token ranges in the text that they were cut from. */
function joinTokens(units: readonly TokenizedUnit[]): TokenizedSection {
  const size = units.reduce((sum, unit) => sum + unit.tokens.ids.length, 0);
  const [starts, ends] = [new Uint32Array(size), new Uint32Array(size)];
  let place = 0;
  for (const { tokens, startOffset } of units) {
    for (let token = 0; token < tokens.ids.length; token++, place++) {
      starts[place] = (tokens.starts[token] ?? 0) + startOffset;
      ends[place] = (tokens.ends[token] ?? 0) + startOffset;
    }
  }
  return { starts, ends };
}

async function labelSection(
  model: Model,
  section: CriticSection,
  question: QuestionStates,
  counts: UnitCounts,
  signal: AbortSignal,
): Promise<LabelledContext> {
  const units = await encodeUnits(model, section, counts, signal);
  return labelUnits(section.id, units, question);
}

/** Reads each range's units together with the question; a range is worth as much as the best unit in it. */
async function rereadSection(
  model: Model,
  section: RereadSection,
  question: Float32Array,
  counts: UnitCounts,
  signal: AbortSignal,
): Promise<readonly Reread[]> {
  const { ranges } = section;
  const isIn = (range: { startOffset: number; endOffset: number }, start: number, end: number): boolean =>
    start < range.endOffset && end > range.startOffset;
  const isWanted = (start: number, end: number): boolean => ranges.some((range) => isIn(range, start, end));
  const units = await encodeUnits(model, section, counts, signal, isWanted);
  const pause = async (): Promise<void> => {
    await yieldToLoop();
    throwIfCancelled(signal);
  };
  const readings = await model.joint.read(
    question,
    units.map((unit) => unit.states),
    pause,
  );
  return ranges.map((range) => {
    const inside = units.flatMap((unit, place) => {
      const reading = readings[place];
      const ends = unit.tokens.ends;
      const end = unit.startOffset + (ends[ends.length - 1] ?? 0);
      return reading && isIn(range, unit.startOffset, end) ? [{ unit, reading }] : [];
    });
    return joinReadings(inside);
  });
}

function joinReadings(parts: readonly { readonly unit: EncodedUnit; readonly reading: JointReading }[]): Reread {
  const { starts, ends } = joinTokens(parts.map(({ unit }) => unit));
  const logits = new Float32Array(4 * starts.length);
  let first = 0;
  for (const { unit, reading } of parts) {
    const head = unit.states.scales.length - unit.tokens.ids.length;
    logits.set(reading.labels.subarray(4 * head), first);
    first += 4 * unit.tokens.ids.length;
  }
  return { relevance: Math.max(...parts.map(({ reading }) => reading.relevance)), starts, ends, logits };
}

/** Does work on the model and says how much it was. */
async function count<Result extends object>(
  work: (model: Model, counts: UnitCounts) => Promise<Result>,
): Promise<Result & CriticWork> {
  const model = await loadModel();
  const [startedMs, runMs] = [performance.now(), runMsOf(model)];
  const counts = { encoded: 0, cached: 0 };
  const result = await work(model, counts);
  return {
    ...result,
    unitsEncoded: counts.encoded,
    unitsCached: counts.cached,
    busyMs: performance.now() - startedMs,
    runMs: runMsOf(model) - runMs,
  };
}

function runMsOf({ encoder, joint }: Model): number {
  return encoder.runMs + joint.runMs;
}

serveWorker<CriticWorkerMethods>({
  label: ({ question, sections }, { signal }) =>
    count(async (model, counts) => {
      const { terms } = await readQuestion(model, question, 'query');
      const labelled: LabelledContext[] = [];
      for (const section of sections) {
        labelled.push(await labelSection(model, section, terms, counts, signal));
        await yieldToLoop();
        throwIfCancelled(signal);
      }
      return { labelled };
    }),
  reread: ({ kind, question, sections }, { signal }) =>
    count(async (model, counts) => {
      const { states } = await readQuestion(model, question, kind);
      const reread: (readonly Reread[])[] = [];
      for (const section of sections) reread.push(await rereadSection(model, section, states, counts, signal));
      return { reread };
    }),
  readHead: () => loadHead(),
  tokenize: async ({ sections }, { signal }) => {
    const tokenizer = await loadTokenizer();
    const tokenized: TokenizedSection[] = [];
    for (const { text } of sections) {
      tokenized.push(joinTokens(tokenizeUnits(tokenizer, text)));
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return tokenized;
  },
  countTokens: async ({ texts }, { signal }) => {
    const tokenizer = await loadTokenizer();
    const counts: number[] = [];
    for (const text of texts) {
      counts.push(tokenizer.encode(text).ids.length);
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return counts;
  },
});
