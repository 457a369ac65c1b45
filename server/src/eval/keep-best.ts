/** The measuring rule's budget: units from the best down, in characters; the best is always kept. */
import { countCharacters, type TextRange } from './text-ranges';

/** One that exceeds the budget is skipped; equal scores go in the order of the text. The kept units, sorted. */
export function keepBest(
  context: string,
  units: readonly TextRange[],
  scores: ArrayLike<number>,
  budget: number,
): readonly TextRange[] {
  const kept: TextRange[] = [];
  let used = 0;
  const places = units.map((_, place) => place);
  for (const place of places.sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0))) {
    const unit = units[place];
    if (!unit) continue;
    const size = countCharacters(context, unit);
    if (kept.length > 0 && used + size > budget) continue;
    kept.push(unit);
    used += size;
  }
  return kept.sort((left, right) => left.start - right.start);
}
