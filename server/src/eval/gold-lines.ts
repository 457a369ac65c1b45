/** How much of a question's gold lines and files its evidence holds. Lines without ink count nowhere. */
import type { LineRange } from './repo-questions';
import { inkInside } from './recall';
import { countInk, type TextRange } from './text-ranges';

/** A slice of a file of the repository; UTF-16 offsets. */
export interface FileSlice extends TextRange {
  readonly path: string;
}

export interface GoldShares {
  /** Share of the gold lines all of whose ink lies inside the evidence. */
  readonly goldLines: number;
  /** Share of the gold files among the first five files of the evidence. */
  readonly goldFiles5: number;
}

const firstFiles = 5;

/** A gold line with ink, as a range of its file's text. */
export interface GoldLine extends TextRange {
  readonly path: string;
}

/** Gold lines with ink, each once. Undefined where a line is not in its file or no line has ink: it is another commit. */
export function findGoldLines(
  gold: readonly LineRange[],
  texts: ReadonlyMap<string, string>,
): readonly GoldLine[] | undefined {
  const found = new Map<string, GoldLine>();
  for (const { path, startLine, endLine } of gold) {
    const text = texts.get(path);
    const lines = text === undefined ? [] : lineRanges(text);
    if (text === undefined || endLine > lines.length) return undefined;
    for (const range of lines.slice(startLine - 1, endLine)) {
      if (countInk(text, range) > 0) found.set(`${range.start}:${path}`, { ...range, path });
    }
  }
  return found.size > 0 ? [...found.values()] : undefined;
}

/** `evidence` comes best first; slices may overlap. */
export function scoreGold(
  gold: readonly GoldLine[],
  texts: ReadonlyMap<string, string>,
  evidence: readonly FileSlice[],
): GoldShares {
  const files = new Set(gold.map(({ path }) => path));
  const seen = [...new Set(evidence.map(({ path }) => path))].slice(0, firstFiles);
  const kept = new Map([...files].map((path) => [path, mergeRanges(evidence.filter((slice) => slice.path === path))]));
  const isKept = (line: GoldLine): boolean => {
    const text = texts.get(line.path) ?? '';
    return inkInside(text, line, kept.get(line.path) ?? []) === countInk(text, line);
  };
  return {
    goldLines: gold.filter(isKept).length / gold.length,
    goldFiles5: seen.filter((path) => files.has(path)).length / files.size,
  };
}

/** UTF-16 range of each line without its line break. */
export function lineRanges(text: string): readonly TextRange[] {
  const ranges: TextRange[] = [];
  let start = 0;
  for (const { index, 0: found } of text.matchAll(/\r\n|\n|\r/g)) {
    ranges.push({ start, end: index });
    start = index + found.length;
  }
  return [...ranges, { start, end: text.length }];
}

/** Sorted and apart; ranges that touch become one. */
export function mergeRanges(ranges: readonly TextRange[]): readonly TextRange[] {
  const merged: TextRange[] = [];
  for (const { start, end } of ranges.toSorted((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else merged.push({ start, end });
  }
  return merged;
}
