/** Looks up what an answer claims to take from its sources: in the evidence that it names, then in the rest of it. */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { QuoteClaim } from './find-quotes';
import { findNeedle } from './find-slice';
import { normaliseText, type NormalisedText } from './normalise-text';

export interface Source {
  readonly span: EvidenceSpan;
  /** As it stands, then with the hyphens at its line ends gone, where it has some. */
  readonly forms: readonly NormalisedText[];
}

export type LookUp =
  | {
      readonly kind: 'found';
      readonly source: Source;
      /** Offsets into the span's text. */
      readonly start: number;
      readonly end: number;
      /** The reading of the claim that was found. */
      readonly quote: string;
    }
  /** The words stand there, but only inside a longer word or number, or after a negation. */
  | { readonly kind: 'twisted'; readonly source: Source }
  | { readonly kind: 'notFound' };

export function toSources(evidence: readonly EvidenceSpan[]): readonly Source[] {
  return evidence.map((span) => {
    const kept = normaliseText(span.text);
    const joined = /-[ \t]*[\r\n]/.test(span.text) ? normaliseText(span.text, 'joined') : kept;
    return { span, forms: joined.text === kept.text ? [kept] : [kept, joined] };
  });
}

/** The first source that has the words decides, so those that the answer names come first in `sources`. */
export function lookUpClaim(claim: QuoteClaim, sources: readonly Source[]): LookUp {
  let twisted: LookUp | null = null;
  const needles = readings(claim).map((quote) => ({ quote, needle: normaliseText(quote).text }));
  for (const source of sources) {
    for (const { quote, needle } of needles) {
      for (const form of source.forms) {
        const search = findNeedle(form, needle);
        if (search.kind === 'found') return { ...search, source, quote };
        if (search.kind === 'outOfContext') twisted ??= { kind: 'twisted', source };
      }
    }
  }
  return twisted ?? { kind: 'notFound' };
}

/** The sources that a claim names, then the others. */
export function citedFirst(claim: QuoteClaim, sources: readonly Source[]): readonly Source[] {
  const isCited = ({ span }: Source): boolean => claim.spanIds.includes(span.id);
  return [...sources.filter(isCited), ...sources.filter((source) => !isCited(source))];
}

/**
 * The words as written; without the comma or full stop that the sentence around a quote put inside it; without the
 * backticks and emphasis that a sentence got when it was copied.
 */
function readings({ text, kind }: QuoteClaim): readonly string[] {
  const all = [text, text.replace(/[.,;:。，；：]$/u, '')];
  if (kind !== 'quoted') all.push(...all.map((one) => one.replaceAll(/`|\*\*|__/g, '')));
  return [...new Set(all)].filter((one) => one !== '');
}
