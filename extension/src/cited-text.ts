/** The words behind a place that was cited, out of the evidence that the answer had. No editor API: plain tests run it. */
import type { EvidenceSpan, SourceRange } from '../../protocol/evidence';
import type { TraceEvent } from '../../protocol/trace-events';

/** Null where the evidence does not hold the place, as for a mere search hit. */
export function citedText(evidence: readonly EvidenceSpan[], range: SourceRange): string | null {
  const span = evidence.find(
    ({ path, start, end }) =>
      path === range.path && start <= range.start && range.end <= end && range.start < range.end,
  );
  return span ? span.text.slice(range.start - span.start, range.end - span.start) : null;
}

/** The evidence of a trace as its last event with evidence had it, and what a reading of everything added. */
export function evidenceOf(events: readonly TraceEvent[]): readonly EvidenceSpan[] {
  const last = events.findLast((event) => event.kind === 'evidenceSelected' || event.kind === 'evidenceRanked');
  const added = events.flatMap((event) => (event.kind === 'evidenceAdded' ? event.evidence : []));
  return [...(last && 'evidence' in last ? last.evidence : []), ...added];
}
