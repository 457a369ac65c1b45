/** Token states of questions and units: each unit is read with its head once and kept, whatever is asked of it. */
import { normalizeStates, packQuestion, packStates, stateSize } from '../critic/late-interaction';
import type { QuestionStates, TokenStates } from '../critic/late-interaction';
import { StateCache } from '../critic/state-cache';
import type { TokenizedText, Tokenizer } from '../tokens/tokenizer';
import { findHeads } from '../critic/unit-heads';
import { cutUnits } from '../critic/units';
import { throwIfCancelled } from '../util/cancelled';
import type { CriticModel } from './critic-model';
import type { CriticSection, TokenizedSection } from './critic-protocol';

/** Questions are cut here; the rest of a longer one does not count. */
const maxQuestionTokens = 200;
const maxHeadTokens = 20;
/** Steers the encoder; its own tokens are not asked for. */
const prefix = 'query: ';

export interface TokenizedUnit {
  readonly tokens: TokenizedText;
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface EncodedUnit extends TokenizedUnit {
  /** Of the head's tokens, then of the unit's own. */
  readonly states: TokenStates;
}

export class UnitReader {
  readonly #cache: StateCache;
  /** Every batch of a request asks the same one. */
  #lastQuestion: { readonly text: string; readonly terms: QuestionStates } | undefined;
  #encoded = 0;
  #cached = 0;

  constructor(cacheBytes: number) {
    this.#cache = new StateCache(cacheBytes);
  }

  /** Units that the encoder read so far, and units whose states were still known. */
  get counts(): { readonly encoded: number; readonly cached: number } {
    return { encoded: this.#encoded, cached: this.#cached };
  }

  async readQuestion({ tokenizer, encoder }: CriticModel, question: string): Promise<QuestionStates> {
    if (this.#lastQuestion?.text === question) return this.#lastQuestion.terms;
    const tokens = tokenizer.encode(prefix + question.slice(0, 4000));
    const ids = tokens.ids.subarray(0, maxQuestionTokens);
    const encoded = await encoder.encode(ids);
    const states = normalizeStates(encoded.states, ids.length);
    let skip = 0;
    while (skip < ids.length && (tokens.ends[skip] ?? 0) <= prefix.length - 1) skip++;
    const weights = Float32Array.from(
      ids.subarray(skip),
      (id, place) => tokenizer.informationOf(id) * (encoded.weights[skip + place] ?? 1),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
    const shares = weights.map((weight) => weight / sum);
    const terms = packQuestion(states.subarray(skip * stateSize), shares);
    this.#lastQuestion = { text: question, terms };
    return terms;
  }

  /** The section's units. Checks for a cancel after each unit that was not known. */
  async readUnits(
    model: CriticModel,
    { text, above }: Pick<CriticSection, 'text' | 'above'>,
    signal: AbortSignal,
  ): Promise<readonly EncodedUnit[]> {
    const units: EncodedUnit[] = [];
    const cut = cutUnits(text, 'sentence');
    const { heads } = findHeads(text, cut, above);
    for (const [place, unit] of cut.entries()) {
      const { startOffset, endOffset } = unit;
      const unitText = text.slice(startOffset, endOffset);
      const tokens = model.tokenizer.encode(unitText);
      const head = heads[place] ?? '';
      const key = `${head}\n${unitText}`;
      let states = this.#cache.get(key);
      if (states) this.#cached++;
      else {
        const ids = concat(headIds(model.tokenizer, head), tokens.ids);
        states = packStates((await model.encoder.encode(ids)).states, ids.length);
        this.#cache.set(key, states);
        this.#encoded++;
        throwIfCancelled(signal);
      }
      units.push({ tokens, states, startOffset, endOffset });
    }
    return units;
  }
}

/** The head's first pieces and a colon; they are read with the unit and count for it. */
function headIds(tokenizer: Tokenizer, head: string): Int32Array {
  if (head === '') return new Int32Array();
  return concat(tokenizer.encode(head).ids.subarray(0, maxHeadTokens), tokenizer.encode(':').ids);
}

function concat(first: Int32Array, second: Int32Array): Int32Array {
  const joined = new Int32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

export function tokenizeUnits(tokenizer: Tokenizer, text: string): readonly TokenizedUnit[] {
  return cutUnits(text, 'sentence').map(({ startOffset, endOffset }) => ({
    tokens: tokenizer.encode(text.slice(startOffset, endOffset)),
    startOffset,
    endOffset,
  }));
}

/** The units' token ranges in the text that they were cut from. */
export function joinTokens(units: readonly TokenizedUnit[]): TokenizedSection {
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
