/** The words behind a place that was cited, out of the evidence that the answer had. No editor API: plain tests run it. */
import type { ComputedOperand, EvidenceSpan, SourceRange } from '../../protocol/evidence';
import type { TraceEvent } from '../../protocol/trace-events';

/** Null where neither evidence nor operands hold the place, as for a mere search hit. */
export function citedText(
  {
    evidence,
    operands = [],
  }: { readonly evidence: readonly EvidenceSpan[]; readonly operands?: readonly ComputedOperand[] },
  range: SourceRange,
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
