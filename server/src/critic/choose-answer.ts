/**
 * Out of ranked sentences the stretch that answers best: a log-linear model over the candidates of the best sentences and
 * their headings, and of these the one that agrees most with all others, weighted by their probability. Pure.
 */
import { findCandidates } from './answer-candidates';
import { createScene, figuresOf, joinStems, type AnswerSentence } from './answer-figures';
import { readQuestion } from './answer-question';
import { weightsFor } from './answer-weights';
import { cutAnswerWords, type AnswerWord } from './answer-words';
import type { LabelledText } from './compress';
import type { RankedUnit } from './unit-ranker';

/** Sentences that candidates come from, and candidates that are compared with each other. */
const [maxSentences, maxCompared] = [8, 60];

export interface AnswerRange {
  readonly unit: RankedUnit;
  /** UTF-16 range in the unit's context. */
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface DescribedCandidate extends AnswerRange {
  /** Columns as `answerFigures`. */
  readonly figures: Float32Array;
}

/** `ranked`: best first, headings included. Null where no sentence has a word that says something. */
export function chooseAnswer(
  question: string,
  ranked: readonly RankedUnit[],
  texts: readonly LabelledText[],
): AnswerRange | null {
  const candidates = describeCandidates(question, ranked, texts);
  const { weights, temperature } = weightsFor(readQuestion(question));
  const scores = candidates.map(({ figures }) =>
    weights.reduce((sum, weight, at) => sum + weight * (figures[at] ?? 0), 0),
  );
  const slices = candidates.map(({ unit, startOffset, endOffset }) =>
    (texts[unit.contextPlace]?.text ?? '').slice(startOffset, endOffset),
  );
  return candidates[mostAgreed(slices, scores, temperature)] ?? null;
}

/** All candidates of the best sentences and their headings. */
export function describeCandidates(
  question: string,
  ranked: readonly RankedUnit[],
  texts: readonly LabelledText[],
): readonly DescribedCandidate[] {
  const units = withHeadings(ranked);
  const best = ranked[0]?.score ?? 0;
  const sentences = units.map((unit) => readSentence(unit, best, texts[unit.unit.contextPlace]));
  const scene = createScene(readQuestion(question), sentences);
  return sentences.flatMap((sentence, place) => {
    const { text, words } = sentence;
    const candidates = findCandidates(text, words);
    const figures = figuresOf(scene, place, candidates);
    return candidates.flatMap(({ first, last }, index) => {
      const [unit, own, start, end] = [units[place]?.unit, figures[index], words[first], words[last - 1]];
      return unit && own && start && end ? [{ unit, startOffset: start.start, endOffset: end.end, figures: own }] : [];
    });
  });
}

/**
 * The place of the text with the greatest expected F1, were one of the texts right with the probability that its score
 * gives; -1 without texts. `temperature` above 0: the lower, the more the best score alone decides.
 */
export function mostAgreed(texts: readonly string[], scores: readonly number[], temperature: number): number {
  const places = [...scores.keys()].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other);
  const compared = places.slice(0, maxCompared).map((place) => ({ place, parts: partsOf(texts[place] ?? '') }));
  const peak = scores[places[0] ?? 0] ?? 0;
  const odds = compared.map(({ place }) => Math.exp(((scores[place] ?? 0) - peak) / temperature));
  let [best, most] = [-1, -1];
  for (const { place, parts } of compared) {
    const expected = compared.reduce((sum, other, at) => sum + (odds[at] ?? 0) * agreement(parts, other.parts), 0);
    if (expected > most + 1e-9) [best, most] = [place, expected];
  }
  return best;
}

/** Words without case, marks and articles; single characters of Chinese. */
function partsOf(text: string): readonly string[] {
  const parts =
    text
      .toLowerCase()
      .match(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])[\p{L}\p{N}\p{M}])+/gu) ?? [];
  return parts.filter((part) => part !== 'a' && part !== 'an' && part !== 'the');
}

/** F1 of the words in common. */
function agreement(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  let shared = 0;
  for (const part of one) {
    const at = left.indexOf(part);
    if (at < 0) continue;
    left.splice(at, 1);
    shared++;
  }
  return (2 * shared) / Math.max(1, one.length + other.length);
}

interface SceneUnit {
  readonly unit: RankedUnit;
  readonly heading: RankedUnit | undefined;
  /** The score and rank of a heading are those of its best sentence. */
  readonly score: number;
  readonly rank: number;
}

/** The best sentences, each heading behind the first of its sentences. */
function withHeadings(ranked: readonly RankedUnit[]): readonly SceneUnit[] {
  const best = ranked.slice(0, maxSentences).filter(({ isKeepable }) => isKeepable);
  const headings = findHeadings(best, ranked);
  const seen = new Set<RankedUnit>();
  return best.flatMap((unit, rank) => {
    const heading = headings[rank];
    const own = { unit, heading, score: unit.score, rank };
    if (!heading || seen.has(heading)) return [own];
    seen.add(heading);
    return [own, { ...own, unit: heading }];
  });
}

/** The last heading before each unit. */
function findHeadings(
  units: readonly RankedUnit[],
  ranked: readonly RankedUnit[],
): readonly (RankedUnit | undefined)[] {
  const found: (RankedUnit | undefined)[] = units.map(() => undefined);
  for (const heading of ranked) {
    if (!heading.isHeading) continue;
    units.forEach(({ contextPlace, unitPlace }, at) => {
      const isAbove = heading.contextPlace === contextPlace && heading.unitPlace < unitPlace;
      if (isAbove && heading.unitPlace >= (found[at]?.unitPlace ?? 0)) found[at] = heading;
    });
  }
  return found;
}

function readSentence(
  { unit, heading, score, rank }: SceneUnit,
  best: number,
  context: LabelledText | undefined,
): AnswerSentence {
  const text = context?.text ?? '';
  const words = cutAnswerWords(text, unit.startOffset, unit.endOffset);
  const above = heading ? joinStems(cutAnswerWords(text, heading.startOffset, heading.endOffset)) : ' ';
  const values = context ? valuesOf(words, unit, context) : [];
  return { text, words, values, heading: above, rank, below: (score - best) / 3, probability: unit.probability };
}

/** The critic's best value of each word's tokens, less the unit's mean. */
function valuesOf(words: readonly AnswerWord[], unit: RankedUnit, { labelled }: LabelledText): readonly number[] {
  const { starts, ends, logits } = labelled;
  const valueOf = (token: number): number => {
    const [begin = 0, inside = 0, outside = 0, end = 0] = logits.subarray(4 * token, 4 * token + 4);
    return Math.max(begin, inside, end) - outside;
  };
  const { firstToken, lastToken } = unit;
  let sum = 0;
  for (let token = firstToken; token < lastToken; token++) sum += valueOf(token);
  const mean = sum / Math.max(1, lastToken - firstToken);
  let token = firstToken;
  return words.map(({ start, end }) => {
    while (token < lastToken && (ends[token] ?? 0) <= start) token++;
    let value = -Infinity;
    for (let at = token; at < lastToken && (starts[at] ?? 0) < end; at++) value = Math.max(value, valueOf(at) - mean);
    return Number.isFinite(value) ? value : 0;
  });
}
