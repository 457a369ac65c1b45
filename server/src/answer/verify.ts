/**
 * Checks an answer against its evidence: every quote, every sentence marked with a span id and every copied sentence
 * is looked up word by word. What is found becomes a citation of the exact slice; what is not is marked with the
 * reason and never linked.
 */
import type { Citation, EvidenceSpan } from '../../../protocol/evidence';
import { countLineBreaks } from './evidence';
import { bareName, isName } from './find-names';
import { findQuotes, type QuoteClaim } from './find-quotes';
import { findSlice } from './find-slice';
import type { KnownNames } from './known-names';
import { citedFirst, lookUpClaim, toSources, type Source } from './look-up-claim';
import { normaliseText, type NormalisedText } from './normalise-text';

export interface VerifyOptions {
  /** Words that the answer repeats from it, without naming a span, are no claim about the sources. */
  readonly question?: string;
  /** Names that the index knows: where the evidence lacks one, that is no failure. */
  readonly known?: KnownNames | null;
}

export function verifyAnswer(
  answer: string,
  evidence: readonly EvidenceSpan[],
  { question = '', known = null }: VerifyOptions = {},
): readonly Citation[] {
  const sources = toSources(evidence);
  const asked = normaliseText(question);
  const citations: Citation[] = [];
  const seen = new Set<string>();
  for (const claim of findQuotes(answer)) {
    const citation = checkClaim(claim, sources, asked);
    if (citation === null) continue;
    if (!citation.verified && isKnown(claim.text, known)) continue;
    const key = `${citation.spanId ?? ''}\n${citation.quote}`;
    if (seen.has(key)) continue;
    seen.add(key);
    citations.push(citation);
  }
  return citations;
}

function isKnown(text: string, known: KnownNames | null): boolean {
  return known !== null && isName(text) && (known.names.has(bareName(text)) || known.files.has(text.trim()));
}

function checkClaim(claim: QuoteClaim, sources: readonly Source[], asked: NormalisedText): Citation | null {
  const found = lookUpClaim(claim, citedFirst(claim, sources));
  if (found.kind === 'found') return verified(found.source.span, found.start, found.end, found.quote);
  if (claim.kind === 'copied') return null;
  if (claim.spanIds.length === 0 && findSlice(asked, claim.text).kind === 'found') return null;
  const cited = sources.filter((source) => claim.spanIds.includes(source.span.id));
  const twisted = found.kind === 'twisted' ? found.source.span : null;
  return failed(claim, cited[0]?.span ?? null, problemOf(claim, sources, cited, twisted));
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
