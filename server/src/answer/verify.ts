/**
 * Checks an answer against its evidence: every quote, every sentence marked with a span id and every copied sentence
 * is looked up word by word. What is found becomes a citation of the exact slice; what is not is marked with the
 * reason and never linked.
 */
import type { Citation, EvidenceSpan } from '../../../protocol/trace-events';
import { countLineBreaks } from './evidence';
import { findQuotes, type QuoteClaim } from './find-quotes';
import { findSlice } from './find-slice';
import { normaliseText, type NormalisedText } from './normalise-text';

interface Source {
  readonly span: EvidenceSpan;
  readonly normalised: NormalisedText;
}

/** `question`: words that the answer repeats from it, without naming a span, are no claim about the sources. */
export function verifyAnswer(answer: string, evidence: readonly EvidenceSpan[], question = ''): readonly Citation[] {
  const sources = evidence.map((span) => ({ span, normalised: normaliseText(span.text) }));
  const asked = normaliseText(question);
  const citations: Citation[] = [];
  const seen = new Set<string>();
  for (const claim of findQuotes(answer)) {
    const citation = checkClaim(claim, sources, asked);
    const key = citation === null ? '' : `${citation.spanId ?? ''}\n${citation.quote}`;
    if (citation === null || seen.has(key)) continue;
    seen.add(key);
    citations.push(citation);
  }
  return citations;
}

function checkClaim(claim: QuoteClaim, sources: readonly Source[], asked: NormalisedText): Citation | null {
  const cited = sources.filter((source) => claim.spanIds.includes(source.span.id));
  const others = sources.filter((source) => !cited.includes(source));
  let twisted: EvidenceSpan | null = null;
  for (const source of [...cited, ...others]) {
    for (const quote of readings(claim)) {
      const search = findSlice(source.normalised, quote);
      if (search.kind === 'found') return verified(source.span, search.start, search.end, quote);
      if (search.kind === 'outOfContext') twisted ??= source.span;
    }
  }
  if (claim.kind === 'copied') return null;
  const isFromQuestion = claim.spanIds.length === 0 && findSlice(asked, claim.text).kind === 'found';
  return isFromQuestion ? null : failed(claim, cited[0]?.span ?? null, problemOf(claim, sources, cited, twisted));
}

/** The words as written, then without the comma or full stop that the sentence around a quote put inside it. */
function readings(claim: QuoteClaim): readonly string[] {
  const bare = claim.text.replace(/[.,;:。，；：]$/u, '');
  return bare === claim.text || bare === '' ? [claim.text] : [claim.text, bare];
}

function problemOf(
  claim: QuoteClaim,
  sources: readonly Source[],
  cited: readonly Source[],
  twisted: EvidenceSpan | null,
): string {
  const unknown = claim.spanIds.find((id) => !sources.some((source) => source.span.id === id));
  if (twisted !== null) {
    return `${twisted.id} has these words only inside a longer word or number, or after a negation.`;
  }
  if (unknown !== undefined && cited.length === 0)
    return `The answer cites ${unknown}, which is not among the evidence.`;
  const where = cited.length === 0 ? 'any of the evidence' : cited.map((source) => source.span.id).join(', ');
  return claim.kind === 'marked'
    ? `The sentence does not stand word by word in ${where}, so it could not be checked.`
    : `These words are not in ${where}.`;
}

function verified(span: EvidenceSpan, start: number, end: number, quote: string): Citation {
  const startLine = span.startLine + countLineBreaks(span.text.slice(0, start));
  return {
    path: span.path,
    start: span.start + start,
    end: span.start + end,
    startLine,
    endLine: startLine + countLineBreaks(span.text.slice(start, end)),
    spanId: span.id,
    quote,
    verified: true,
    problem: null,
    ...(span.place ? { place: span.place } : {}),
  };
}

function failed(claim: QuoteClaim, span: EvidenceSpan | null, problem: string): Citation {
  return {
    path: span?.path ?? null,
    start: null,
    end: null,
    startLine: null,
    endLine: null,
    spanId: span?.id ?? claim.spanIds[0] ?? null,
    quote: claim.text,
    verified: false,
    problem,
  };
}
