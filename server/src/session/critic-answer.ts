/** Answers out of whole texts by the critic alone, without an index and without a language model. */
import type { ExtractResult } from '../application';
import type { Critic } from '../critic/critic';
import { evidenceStrength } from '../critic/evidence-strength';
import {
  answerThreshold,
  bestProbability,
  extractAnswer,
  readForAnswer,
  type ExtractedAnswer,
} from '../critic/extract-answer';
import { placeOf } from '../util/text-place';

/** Each text is one passage, which the critic reads in sections of its own. */
export function extractFromText(
  critic: Critic,
  question: string,
  text: string,
  signal: AbortSignal,
): Promise<ExtractedAnswer | null> {
  return extractAnswer({ critic, question, passages: [{ id: 'text', text }], signal });
}

/** The answer with its place; none where the texts do not seem to hold one. `path` is how the caller names each text. */
export async function answerFromTexts(
  critic: Critic,
  question: string,
  texts: readonly { readonly path: string; readonly text: string }[],
  signal: AbortSignal,
): Promise<Omit<ExtractResult, 'problems'>> {
  const passages = texts.map(({ path, text }) => ({ id: path, text }));
  const found = await extractAnswer({ critic, question, passages, signal });
  if (!found) return { answer: null, probability: 0 };
  const { text, passageId: path, startOffset: start, endOffset: end, probability } = found;
  if (probability < answerThreshold) return { answer: null, probability };
  const { line, column } = placeOf(texts.find((file) => file.path === path)?.text ?? '', start);
  return { answer: { path, start, end, line, column, text }, probability };
}

/** How probable it is that texts answer, as a question of the product judges it, and by the critic's best value alone. */
export async function judgeTexts(
  critic: Critic,
  question: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly strength: number; readonly critic: number }> {
  const passages = texts.map((text, place) => ({ id: String(place), text }));
  const { unitScores } = await readForAnswer({ critic, question, passages, signal });
  return { strength: evidenceStrength(question, unitScores, texts) ?? 0, critic: bestProbability(unitScores) };
}
