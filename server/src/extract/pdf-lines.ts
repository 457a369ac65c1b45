/**
 * Text runs of one PDF page → lines in reading order. Columns are found by the gutter that hardly any row crosses; rows
 * that cross it (titles, wide figures) part the page into bands; within a band the left column is read before the right.
 */
export interface TextRun {
  readonly text: string;
  /** Points from the page's left and top edge, as it is shown; `bottom` is near the base line. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Height of the font in points. */
  readonly size: number;
  /** Written from right to left; `text` is in the order of speech. */
  readonly isRightToLeft: boolean;
}

export interface PageLine {
  readonly text: string;
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
  readonly size: number;
  /** Lines of the same region follow each other in one column. */
  readonly region: number;
}

interface Row {
  readonly runs: TextRun[];
  top: number;
  bottom: number;
}

/** A gutter needs this many rows with text on either side, or it may be chance. */
const minGutterRows = 4;
/** Of the rows, how many may cross a gutter. */
const maxCrossingShare = 0.3;
/** Width of a gutter in heights of the font. */
const minGutterSize = 0.8;
/** A column of prose has lines of this many characters; cells of tables are shorter. */
const minColumnCharacters = 18;
/** How much of a column's width its lines fill at the median. */
const minFill = 0.6;
const maxColumns = 6;
/** Between cells of a table, in heights of the font; words are closer. */
const cellGapSize = 1.1;

/** Rows with more runs are no table; comparing their gaps would take long. */
const maxCells = 200;

export function orderLines(runs: readonly TextRun[]): readonly PageLine[] {
  const lines: PageLine[] = [];
  let region = 0;
  readRegion(toRows(runs), 0);
  return lines;

  function addLines(rows: readonly Row[]): void {
    for (const line of toLines(rows, region)) lines.push(line);
    region += 1;
  }

  function readRegion(rows: readonly Row[], depth: number): void {
    const gutter = depth < maxColumns ? findGutter(rows) : null;
    if (gutter === null) {
      addLines(rows);
      return;
    }
    for (const band of toBands(rows, gutter)) {
      if (!band.isSplit) {
        addLines(band.rows);
        continue;
      }
      const runsOfBand = band.rows.flatMap((row) => row.runs);
      readRegion(toRows(runsOfBand.filter((run) => centre(run) < gutter)), depth + 1);
      readRegion(toRows(runsOfBand.filter((run) => centre(run) >= gutter)), depth + 1);
    }
  }
}

function centre({ left, right }: TextRun): number {
  return (left + right) / 2;
}

/** Runs that stand beside each other, top to bottom; in a row from left to right. */
function toRows(runs: readonly TextRun[]): readonly Row[] {
  const sorted = [...runs].sort((one, two) => one.bottom - two.bottom || one.left - two.left);
  const rows: Row[] = [];
  for (const run of sorted) {
    const row = rows.at(-1);
    // Marks set higher or lower, such as numbers of notes, belong to the row that they overlap.
    const overlap = row ? Math.min(row.bottom, run.bottom) - Math.max(row.top, run.top) : 0;
    if (row && overlap > 0.5 * Math.min(run.bottom - run.top, row.bottom - row.top)) {
      row.runs.push(run);
      row.top = Math.min(row.top, run.top);
      row.bottom = Math.max(row.bottom, run.bottom);
    } else rows.push({ runs: [run], top: run.top, bottom: run.bottom });
  }
  for (const row of rows) row.runs.sort((one, two) => one.left - two.left);
  return rows;
}

/** The middle of the widest gap between two columns of prose; null if the rows are one column or a table. */
function findGutter(rows: readonly Row[]): number | null {
  if (rows.length < minGutterRows) return null;
  const [left, right] = extent(rows.flatMap(({ runs }) => runs));
  const width = Math.ceil(right - left);
  if (width < 120 || width > 20_000) return null;
  const differences = new Array<number>(width + 2).fill(0);
  const change = (x: number, by: number): void => {
    const bin = Math.max(0, Math.min(width + 1, x));
    differences[bin] = (differences[bin] ?? 0) + by;
  };
  for (const { runs } of rows) {
    for (const [start, end] of covered(runs)) {
      change(Math.floor(start - left), 1);
      change(Math.ceil(end - left) + 1, -1);
    }
  }
  const gaps = gapsOf(differences, maxCrossingShare * rows.length).filter(({ start, end }) => start > 0 && end < width);
  const size = medianSize(rows);
  gaps.sort((one, two) => two.end - two.start - (one.end - one.start));
  for (const { start, end } of gaps.slice(0, 8)) {
    const middle = left + (start + end) / 2;
    if (end - start >= minGutterSize * size && partsProse(rows, middle)) return middle;
  }
  return null;
}

/** Stretches of a row that text covers, with the blanks between words counted as text. */
function covered(runs: readonly TextRun[]): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  for (const { left, right, size } of runs) {
    const last = parts.at(-1);
    if (last && left - last[1] < 0.45 * size) last[1] = Math.max(last[1], right);
    else parts.push([left, right]);
  }
  return parts;
}

function gapsOf(differences: readonly number[], maxCrossings: number): { start: number; end: number }[] {
  const gaps: { start: number; end: number }[] = [];
  let crossing = 0;
  let start = -1;
  for (let x = 0; x < differences.length; x += 1) {
    crossing += differences[x] ?? 0;
    if (crossing <= maxCrossings && start < 0) start = x;
    if (crossing > maxCrossings && start >= 0) {
      gaps.push({ start, end: x });
      start = -1;
    }
  }
  return gaps;
}

/** Whether both sides of `x` hold lines of prose, not the short cells of a table. */
function partsProse(rows: readonly Row[], x: number): boolean {
  const split = rows.filter((row) => !crosses(row, x));
  return [(run: TextRun) => centre(run) < x, (run: TextRun) => centre(run) >= x].every((isOnSide) => {
    const sides = split.map(({ runs }) => runs.filter(isOnSide)).filter((runs) => runs.length > 0);
    if (sides.length < minGutterRows) return false;
    const widths = sides.map((runs) => {
      const [left, right] = extent(runs);
      return right - left;
    });
    const lengths = sides.map((runs) => runs.reduce((sum, run) => sum + run.text.length, 0));
    return median(lengths) >= minColumnCharacters && median(widths) >= minFill * largest(widths);
  });
}

function crosses({ runs }: Row, x: number): boolean {
  return covered(runs).some(([start, end]) => start < x && end > x);
}

/** Runs of rows that cross the gutter, and runs of rows that do not, in turn. */
function toBands(rows: readonly Row[], gutter: number): readonly { readonly isSplit: boolean; readonly rows: Row[] }[] {
  const bands: { isSplit: boolean; rows: Row[] }[] = [];
  for (const row of rows) {
    const isSplit = !crosses(row, gutter);
    const last = bands.at(-1);
    if (last && last.isSplit === isSplit) last.rows.push(row);
    else bands.push({ isSplit, rows: [row] });
  }
  return bands;
}

function toLines(rows: readonly Row[], region: number): readonly PageLine[] {
  return rows.map((row, place) => {
    const [left, right] = extent(row.runs);
    const near = rows.slice(Math.max(0, place - 2), place + 3).filter((other) => other !== row);
    return {
      text: rowText(row, near),
      box: [left, row.top, right, row.bottom],
      size: largest(row.runs.map((run) => run.size)),
      region,
    };
  });
}

/** A wide gap parts cells of a table if a row nearby has a gap at the same place; else it is a blank. */
function rowText({ runs }: Row, near: readonly Row[]): string {
  if (isMostlyRightToLeft(runs)) return joinRightToLeft(runs);
  const mayBeTable = runs.length <= maxCells;
  const pieces: string[] = [];
  let end = runs[0]?.left ?? 0;
  runs.forEach((run, place) => {
    const before = runs[place - 1]?.text ?? ' ';
    const gap = run.left - end;
    const size = Math.max(1, run.size);
    const isWide = mayBeTable && gap > cellGapSize * size && !(place === 1 && isListMark(before));
    if (isWide && place > 0 && isAligned(end, run.left, near)) pieces.push(' | ');
    else if (gap > 0.12 * size && !/\s$/.test(before) && !/^\s/.test(run.text)) pieces.push(' ');
    pieces.push(run.text);
    end = Math.max(end, run.right);
  });
  return pieces.join('').replace(/\s+/g, ' ').trim();
}

function isMostlyRightToLeft(runs: readonly TextRun[]): boolean {
  const length = (some: readonly TextRun[]): number => some.reduce((sum, { text }) => sum + text.length, 0);
  return length(runs.filter(({ isRightToLeft }) => isRightToLeft)) > 0.5 * length(runs);
}

/** Words and numbers between them are read from the right end of the row. */
function joinRightToLeft(runs: readonly TextRun[]): string {
  const words = [...runs].reverse();
  return words
    .map(({ text, right, size }, place) => {
      const gap = (words[place - 1]?.left ?? right) - right;
      return gap > 0.12 * size ? ` ${text}` : text;
    })
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `•`, `3.`, `(a)`: the gap behind it only sets the text of an item apart. */
function isListMark(text: string): boolean {
  return /^[([]?(?:[\divxlc]{1,5}|[a-z]|[•◦▪–—*·-])[.)\]:]?$/i.test(text.trim());
}

function isAligned(start: number, end: number, near: readonly Row[]): boolean {
  return near.some(({ runs }) =>
    runs.slice(0, maxCells).some((run, place) => {
      const before = runs[place - 1];
      if (!before || run.left - before.right <= cellGapSize * run.size) return false;
      return Math.min(end, run.left) - Math.max(start, before.right) > 0.5 * run.size;
    }),
  );
}

function extent(runs: readonly TextRun[]): readonly [left: number, right: number] {
  let [left, right] = [Infinity, -Infinity];
  for (const run of runs) [left, right] = [Math.min(left, run.left), Math.max(right, run.right)];
  return [left, right];
}

/** Of any number of values: a call with all of them as arguments has a limit. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function medianSize(rows: readonly Row[]): number {
  return median(rows.map(({ runs }) => runs[0]?.size ?? 10));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, two) => one - two)[values.length >> 1] ?? 0;
}
