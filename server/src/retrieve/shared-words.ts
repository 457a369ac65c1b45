/** How much each of a few short texts shares with another one; for choosing among sentences that are at hand. */
import { searchWords } from '../index/search-words';
import { queryWords } from './query-words';

/** One score a candidate, from 0; words that few candidates have count more. Linear in the candidates' words. */
export function sharedWordScores(text: string, candidates: readonly string[]): readonly number[] {
  const words = candidates.map((candidate) => new Set(searchWords(candidate)));
  const counts = new Map<string, number>();
  for (const word of words.flatMap((set) => [...set])) counts.set(word, (counts.get(word) ?? 0) + 1);
  const wanted = [...new Set(searchWords(queryWords(text).text))].map((word) => ({
    word,
    weight: Math.log(1 + candidates.length / (1 + (counts.get(word) ?? 0))),
  }));
  return words.map((set) => wanted.reduce((sum, { word, weight }) => sum + (set.has(word) ? weight : 0), 0));
}
