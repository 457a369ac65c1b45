/**
 * Labels to spans, as the official server of QwenLong-CPRS makes them: gaps between labelled tokens are filled, runs
 * become spans, short ones and lone punctuation are dropped. Linear in tokens and text.
 */
import type { LabelledContext } from '../critic';

export type CprsLabel = 'B' | 'I' | 'O' | 'E';

export interface CprsSpanRules {
  /** Spans of at most this many tokens are dropped; the server's own value is 4, its example sends 1. */
  readonly minKeywordLength?: number;
  /** Both ends move to the nearest end of a sentence or line. Such spans may overlap. */
  readonly isSentenceCompleted?: boolean;
  /**
   * Whether gaps are also filled to the left of each E, as the rules say. The published server (d67742a) never gets
   * there: its call for the last E fails and is passed over. `false` gives what that server answers.
   */
  readonly isFilledBackward?: boolean;
}

/** UTF-16 range without white space at either end. */
export interface CprsSpan {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Two labelled tokens less than this apart belong together: at most 18 O between them. */
const nearTokens = 20;
const sentenceEnds = '.。：？！"”?!\n';
/** What a span may be part of and say nothing. */
const loneMarks = '（），。！';

/** The spans of a context, in order. */
export function findCprsSpans(
  text: string,
  { starts, logits }: Pick<LabelledContext, 'starts' | 'logits'>,
  rules: CprsSpanRules = {},
): readonly CprsSpan[] {
  return joinLabels(text, starts, fillGaps(readLabels(logits), rules), rules);
}

/** The label with the highest logit; the first of equals. */
export function readLabels(logits: Float32Array): CprsLabel[] {
  const labels: CprsLabel[] = [];
  for (let first = 0; first < logits.length; first += 4) {
    let best = 0;
    for (let label = 1; label < 4; label++) {
      if ((logits[first + label] ?? 0) > (logits[first + best] ?? 0)) best = label;
    }
    labels.push(order[best] ?? 'O');
  }
  return labels;
}

const order: readonly CprsLabel[] = ['B', 'I', 'O', 'E'];

/** From each B to the right until the next B or E, then from each E to the left until the next B or E. */
function fillGaps(labels: readonly CprsLabel[], { isFilledBackward = true }: CprsSpanRules): readonly CprsLabel[] {
  const forward = fillFrom('B', [...labels]);
  return isFilledBackward ? fillFrom('E', forward.reverse()).reverse() : forward;
}

function fillFrom(first: 'B' | 'E', labels: CprsLabel[]): CprsLabel[] {
  /** The last labelled token of a run that `first` began; -1 outside such a run. */
  let anchor = -1;
  labels.forEach((label, place) => {
    if (label === 'O') return;
    if (anchor >= 0) {
      const isNear = place - anchor < nearTokens;
      if (isNear) labels.fill('I', anchor + 1, place);
      anchor = isNear ? place : -1;
    }
    if (label !== 'I') anchor = label === first ? place : -1;
  });
  return labels;
}

function joinLabels(
  text: string,
  starts: Uint32Array,
  labels: readonly CprsLabel[],
  { minKeywordLength = 4, isSentenceCompleted = false }: CprsSpanRules,
): readonly CprsSpan[] {
  const spans: CprsSpan[] = [];
  const complete = createCompleter(text);
  let before = -1;
  for (let place = 0; place < labels.length;) {
    if (labels[place] === 'O') {
      place++;
      continue;
    }
    let stop = place + 1;
    while (labels[stop] === 'I' || labels[stop] === 'E') stop++;
    // A span ends where the next token starts, so it may take white space in, and loses a character that it shares.
    let span = { startOffset: starts[place] ?? 0, endOffset: starts[stop] ?? text.length };
    if (stop - place > minKeywordLength) {
      if (isSentenceCompleted) span = complete(span, before);
      const kept = trimSpan(text, span);
      if (!loneMarks.includes(text.slice(kept.startOffset, kept.endOffset))) spans.push(kept);
    }
    place = stop;
    before = span.endOffset;
  }
  return spans;
}

/**
 * Moves both ends of a span to the nearest end of a sentence: the start not into the span `before`, and the end, as on
 * the server, never past the start of the last character. Spans come in order, so each place is looked at once.
 */
function createCompleter(text: string): (span: CprsSpan, before: number) => CprsSpan {
  const last = text.length - lastCharacterLength(text);
  let [searchedFrom, foundEnd] = [0, -1];
  return ({ startOffset, endOffset }, before) => {
    let start = startOffset;
    while (start > 0 && start > before && !sentenceEnds.includes(text.charAt(start - 1))) start--;
    if (endOffset < searchedFrom || endOffset > foundEnd) {
      [searchedFrom, foundEnd] = [endOffset, endOffset];
      while (foundEnd < last && (foundEnd === 0 || !sentenceEnds.includes(text.charAt(foundEnd - 1)))) foundEnd++;
    }
    return { startOffset: start, endOffset: foundEnd };
  };
}

function lastCharacterLength(text: string): number {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(-2)) ? 2 : 1;
}

/** White space as the server's Python sees it: Unicode's and the separators U+001C to U+001F. */
const space = /[\p{White_Space}\u001c-\u001f]/u;

function trimSpan(text: string, { startOffset, endOffset }: CprsSpan): CprsSpan {
  let [start, end] = [startOffset, endOffset];
  while (start < end && space.test(text.charAt(start))) start++;
  while (end > start && space.test(text.charAt(end - 1))) end--;
  return { startOffset: start, endOffset: end };
}
