/** How much of the gold was kept, in characters that are no white space, and how sure a share of records is. */
import { countInk, lastStartingAt, type TextRange } from './text-ranges';

/** Above this share everything that matters was kept. */
export const allGoldShare = 0.999;

/** `kept` is sorted and apart. */
export function recall(context: string, gold: readonly TextRange[], kept: readonly TextRange[]): number {
  let [total, found] = [0, 0];
  for (const range of gold) {
    total += countInk(context, range);
    found += inkInside(context, range, kept);
  }
  return found / total;
}

/** The ink of `range` that lies in `kept`, which is sorted and apart. */
export function inkInside(context: string, range: TextRange, kept: readonly TextRange[]): number {
  let ink = 0;
  for (let place = Math.max(0, lastStartingAt(kept, range.start)); place < kept.length; place++) {
    const { start, end } = kept[place] ?? range;
    if (start >= range.end) break;
    const part = { start: Math.max(start, range.start), end: Math.min(end, range.end) };
    if (part.start < part.end) ink += countInk(context, part);
  }
  return ink;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 95% interval of a share (Wilson's), which holds near 0 and 1 too. */
export function wilsonInterval(hits: number, records: number): Interval {
  const z = 1.959963984540054;
  const share = hits / records;
  const middle = share + (z * z) / (2 * records);
  const half = z * Math.sqrt((share * (1 - share)) / records + (z * z) / (4 * records * records));
  const scale = 1 + (z * z) / records;
  // At 0 and 1 rounding would leave the share just outside its own interval.
  const low = Math.max(0, Math.min(share, (middle - half) / scale));
  return { low, high: Math.min(1, Math.max(share, (middle + half) / scale)) };
}
