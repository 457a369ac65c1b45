/** The words behind a place that was cited, out of the evidence that the answer had. No editor API: plain tests run it. */
import type { Citation, ComputedOperand, EvidenceSpan, SourceRange } from '../../protocol/evidence';
import type { CitedSlice } from '../../protocol/sources';
import type { TraceEvent } from '../../protocol/trace-events';

/** Null where neither evidence nor operands hold the place, as for a mere search hit. */
export function citedText(
  {
    evidence,
    operands = [],
  }: { readonly evidence: readonly EvidenceSpan[]; readonly operands?: readonly ComputedOperand[] },
  range: Pick<SourceRange, 'path' | 'start' | 'end'>,
): string | null {
  const operand = operands.find(
    ({ path, start, end }) => path === range.path && start === range.start && end === range.end,
  );
  if (operand) return operand.text;
  const span = evidence.find(
    ({ path, start, end }) =>
      path === range.path && start <= range.start && range.end <= end && range.start < range.end,
  );
  return span ? span.text.slice(range.start - span.start, range.end - span.start) : null;
}

/** Words as they were cited, and the line where they began, 1-based. */
export interface CitedWords extends CitedSlice {
  readonly startLine: number;
}

/** The words that the answer of a trace rests on, each place once: its verified citations, and what it computed with. */
export function citedWords(events: readonly TraceEvent[]): readonly CitedWords[] {
  const sources = sourcesOf(events);
  const found = new Map<string, CitedWords>();
  for (const { path, start, end, startLine } of citedRanges(events)) {
    if (path === null || start === null || end === null || startLine === null) continue;
    const text = citedText(sources, { path, start, end });
    if (text !== null) found.set(`${start}:${end}:${path}`, { path, start, end, startLine, text });
  }
  return [...found.values()];
}

type CitedRange = Pick<Citation, 'path' | 'start' | 'end' | 'startLine'>;

function citedRanges(events: readonly TraceEvent[]): readonly CitedRange[] {
  return events.flatMap((event): readonly CitedRange[] => {
    if (event.kind === 'numberComputed') return event.operands;
    return event.kind === 'verificationFinished' ? event.citations.filter(({ verified }) => verified) : [];
  });
}

/** The evidence of a trace at its end, and the numbers that it computed with. */
export function sourcesOf(events: readonly TraceEvent[]): {
  readonly evidence: readonly EvidenceSpan[];
  readonly operands: readonly ComputedOperand[];
} {
  let evidence: readonly EvidenceSpan[] = [];
  for (const event of events) {
    if (event.kind === 'evidenceSelected' || event.kind === 'evidenceRanked') evidence = event.evidence;
    else if (event.kind === 'evidenceAdded') evidence = [...evidence, ...event.evidence];
  }
  const operands = events.flatMap((event) => (event.kind === 'numberComputed' ? event.operands : []));
  return { evidence, operands };
}
