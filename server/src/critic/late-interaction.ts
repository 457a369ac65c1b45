/**
 * The bundled critic's scorer: late interaction of token states, turned into the port's logits.
 *
 * A question token's score in a unit is its best cosine with the unit's tokens; the unit's score is their mean,
 * weighted by how rare the question's pieces are and by what training made of each. What the logits mean for this scorer:
 * - O is 0; of B, I, E the winner carries the value and the other two lie `loserMargin` below it: B wins at the
 *   first token of a unit, E at the last, I between. So max(B, I, E) - O is the token's value, and a B starts a unit;
 * - the token's value is the unit's score plus how far the token's own best weighted cosine lies above or below the
 *   unit's mean. These deviations add up to zero, so the mean value over a unit's tokens is the unit's score.
 * Scores rank; there is no threshold, because the states of any two texts are alike to some degree (0.7 and more).
 */
export const stateSize = 384;

/** Token states as signed bytes with one scale a token, each of length 1 within rounding. */
export interface TokenStates {
  readonly bytes: Int8Array;
  readonly scales: Float32Array;
}

export interface QuestionStates {
  /** One row of `stateSize` a term, each of length 1; doubles, because they are read far more often than made. */
  readonly rows: Float64Array;
  /** One a term; the sum is 1. The rows go on with zeros to whole tiles. */
  readonly weights: Float32Array;
}

export interface UnitScore {
  readonly score: number;
  /** A token's own best weighted cosine, one a token. */
  readonly tokenScores: Float32Array;
}

const loserMargin = 4;
/** Unit tokens and question terms that are multiplied at once: each value is loaded once for several products. */
const [tileTokens, tileTerms] = [2, 4];

/** Normalises states (tokens × `stateSize`, row-major) and rounds them to bytes. */
export function packStates(states: Float32Array, tokens: number): TokenStates {
  const bytes = new Int8Array(tokens * stateSize);
  const scales = new Float32Array(tokens);
  for (let token = 0; token < tokens; token++) {
    const first = token * stateSize;
    let [squares, peak] = [0, 0];
    for (let place = first; place < first + stateSize; place++) {
      const value = states[place] ?? 0;
      squares += value * value;
      peak = Math.max(peak, Math.abs(value));
    }
    const step = peak / 127 || 1;
    for (let place = first; place < first + stateSize; place++) bytes[place] = Math.round((states[place] ?? 0) / step);
    scales[token] = squares > 0 ? step / Math.sqrt(squares) : 0;
  }
  return { bytes, scales };
}

export function normalizeStates(states: Float32Array, tokens: number): Float32Array {
  const result = new Float32Array(tokens * stateSize);
  for (let token = 0; token < tokens; token++) {
    const row = states.subarray(token * stateSize, (token + 1) * stateSize);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    result.set(
      row.map((value) => value / length),
      token * stateSize,
    );
  }
  return result;
}

/** `states` are normalised, one row a weight. */
export function packQuestion(states: Float32Array, weights: Float32Array): QuestionStates {
  const rows = new Float64Array(Math.ceil(weights.length / tileTerms) * tileTerms * stateSize);
  rows.set(states);
  return { rows, weights };
}

/** `headTokens` states at the front are the head's: they count for the unit's score and get no token score. */
export function scoreUnit(question: QuestionStates, unit: TokenStates, headTokens = 0): UnitScore {
  const [tokens, terms] = [unit.scales.length, question.weights.length];
  const tokenScores = new Float32Array(tokens - headTokens);
  const best = new Float32Array(terms).fill(-1);
  const peakWeight = question.weights.reduce((peak, weight) => Math.max(peak, weight), 0) || 1;
  const columns = question.rows.length / stateSize;
  const products = new Float64Array(tileTokens * columns);
  for (let token = 0; token < tokens; token++) {
    if (token % tileTokens === 0) multiplyTokens(question.rows, unit.bytes, token, products);
    const first = (token % tileTokens) * columns;
    const scale = unit.scales[token] ?? 0;
    let own = -1;
    for (let term = 0; term < terms; term++) {
      const cosine = scale * (products[first + term] ?? 0);
      if (cosine > (best[term] ?? -1)) best[term] = cosine;
      own = Math.max(own, (cosine * (question.weights[term] ?? 0)) / peakWeight);
    }
    if (token >= headTokens) tokenScores[token - headTokens] = own;
  }
  let score = 0;
  for (let term = 0; term < terms; term++) score += (question.weights[term] ?? 0) * (best[term] ?? 0);
  return { score, tokenScores };
}

const tokenRows = new Float64Array(tileTokens * stateSize);

/** Products of all question rows with the tokens of one tile, one row a token; a row behind the last token says nothing. */
function multiplyTokens(rows: Float64Array, bytes: Int8Array, token: number, products: Float64Array): void {
  tokenRows.set(bytes.subarray(token * stateSize, (token + tileTokens) * stateSize));
  const columns = rows.length / stateSize;
  for (let term = 0; term < columns; term += tileTerms) multiplyTile(rows, term, products, columns);
}

/** Eight sums side by side, written out: taken apart from arrays in the loop, values cost three times as much. */
function multiplyTile(rows: Float64Array, term: number, products: Float64Array, columns: number): void {
  const one = term * stateSize;
  const [two, three, four] = [one + stateSize, one + 2 * stateSize, one + 3 * stateSize];
  let [a1, a2, a3, a4] = [0, 0, 0, 0];
  let [b1, b2, b3, b4] = [0, 0, 0, 0];
  for (let place = 0; place < stateSize; place++) {
    const a = tokenRows[place] ?? 0;
    const b = tokenRows[stateSize + place] ?? 0;
    const r1 = rows[one + place] ?? 0;
    const r2 = rows[two + place] ?? 0;
    const r3 = rows[three + place] ?? 0;
    const r4 = rows[four + place] ?? 0;
    a1 += a * r1;
    a2 += a * r2;
    a3 += a * r3;
    a4 += a * r4;
    b1 += b * r1;
    b2 += b * r2;
    b3 += b * r3;
    b4 += b * r4;
  }
  products.set([a1, a2, a3, a4], term);
  products.set([b1, b2, b3, b4], columns + term);
}

/** Writes one unit's logits (4 a token, order B, I, O, E) at `target[0…]`. */
export function writeLogits(unit: UnitScore, target: Float32Array): void {
  const tokens = unit.tokenScores.length;
  const mean = unit.tokenScores.reduce((sum, value) => sum + value, 0) / Math.max(1, tokens);
  for (let token = 0; token < tokens; token++) {
    const value = unit.score + (unit.tokenScores[token] ?? 0) - mean;
    target.fill(value - loserMargin, 4 * token, 4 * token + 4);
    target[4 * token + 2] = 0;
    const winner = token === 0 ? 0 : token === tokens - 1 ? 3 : 1;
    target[4 * token + winner] = value;
  }
}
