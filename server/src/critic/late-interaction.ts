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
  /** Float32, `weights.length` × `stateSize`, each of length 1. */
  readonly states: Float32Array;
  /** Sum is 1. */
  readonly weights: Float32Array;
}

export interface UnitScore {
  readonly score: number;
  /** A token's own best weighted cosine, one a token. */
  readonly tokenScores: Float32Array;
}

const loserMargin = 4;

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

/** `headTokens` states at the front are the head's: they count for the unit's score and get no token score. */
export function scoreUnit(question: QuestionStates, unit: TokenStates, headTokens = 0): UnitScore {
  const [tokens, terms] = [unit.scales.length, question.weights.length];
  const tokenScores = new Float32Array(tokens - headTokens);
  const best = new Float32Array(terms).fill(-1);
  const peakWeight = question.weights.reduce((peak, weight) => Math.max(peak, weight), 0) || 1;
  for (let token = 0; token < tokens; token++) {
    const scale = unit.scales[token] ?? 0;
    let own = -1;
    for (let term = 0; term < terms; term++) {
      const cosine = scale * dot(question.states, term * stateSize, unit.bytes, token * stateSize);
      if (cosine > (best[term] ?? -1)) best[term] = cosine;
      own = Math.max(own, (cosine * (question.weights[term] ?? 0)) / peakWeight);
    }
    if (token >= headTokens) tokenScores[token - headTokens] = own;
  }
  let score = 0;
  for (let term = 0; term < terms; term++) score += (question.weights[term] ?? 0) * (best[term] ?? 0);
  return { score, tokenScores };
}

/** Four sums side by side: with one, each addition waits for the one before it. `stateSize` is a multiple of four. */
function dot(left: Float32Array, leftStart: number, right: Int8Array, rightStart: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let place = 0; place < stateSize; place += 4) {
    const [one, other] = [leftStart + place, rightStart + place];
    first += (left[one] ?? 0) * (right[other] ?? 0);
    second += (left[one + 1] ?? 0) * (right[other + 1] ?? 0);
    third += (left[one + 2] ?? 0) * (right[other + 2] ?? 0);
    fourth += (left[one + 3] ?? 0) * (right[other + 3] ?? 0);
  }
  return first + second + (third + fourth);
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
