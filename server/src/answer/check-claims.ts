/**
 * What became of each sentence of an answer: its quotes, numbers, code names, files and lines are looked up in the
 * sources that it names. Words are compared, never meanings: a sentence in other words stays `unchecked`.
 */
import type { ClaimCheck, ClaimStatus, EvidenceSpan } from '../../../protocol/evidence';
import { checkLines, checkNames, checkNumbers } from './check-details';
import type { CitedSentence, ClaimOptions, ClaimScene, Finding } from './claim-scene';
import { findCodeNames, findFiles, isName } from './find-names';
import { claimsOfSentence, type QuoteClaim } from './find-quotes';
import { findSlice, hasWord } from './find-slice';
import { lookUpClaim, toSources, type LookUp, type Source } from './look-up-claim';
import { normaliseText } from './normalise-text';
import { namesFile } from './known-names';
import { splitAnswer, trimClause, type Sentence } from './split-answer';

const severity: readonly ClaimStatus[] = ['supported', 'unchecked', 'notFromFiles', 'misplaced', 'struck'];
const conclusion = /^(?:therefore,?\s+the\s+answer\s+is|因此[，,]?\s*答案是)/iu;
/** The line above the sources that a model named after it had written. */
const supportHeading = /^(?:Sources:|依据：)$/u;

export function checkClaims(
  answer: string,
  evidence: readonly EvidenceSpan[],
  options: ClaimOptions,
): readonly ClaimCheck[] {
  const scene: ClaimScene = { ...options, sources: toSources(evidence), asked: normaliseText(options.question) };
  const sentences = splitAnswer(answer);
  const support = sentences.findIndex((sentence) => supportHeading.test(textOf(answer, sentence).trim()));
  const idsFrom = (start: number): readonly string[] => sentences.slice(start).flatMap(idsOf);
  return sentences.flatMap((sentence, idx) => {
    const place = claimPlace(answer, sentence);
    if (place === null) return [];
    // A conclusion rests on what was cited before it, an answer without citations on the sources named below it.
    const isConclusion = conclusion.test(place.text);
    const inherited = support > idx ? idsFrom(support) : isConclusion ? idsFrom(0) : [];
    return [{ ...place, ...checkSentence(sentence, inherited, scene) }];
  });
}

function checkSentence(
  sentence: Sentence,
  inherited: readonly string[],
  scene: ClaimScene,
): Pick<ClaimCheck, 'status' | 'problem' | 'spanIds'> {
  const own = idsOf(sentence);
  const ids = [...new Set(own.length > 0 ? own : inherited)];
  const files = findFiles(sentence);
  const cited = scene.sources.filter(
    ({ span }) => ids.includes(span.id) || (own.length === 0 && files.some(({ path }) => namesFile(span.path, path))),
  );
  const quotes = claimsOf(sentence, own.length > 0 ? [] : inherited).map((claim) => checkQuote(claim, cited, scene));
  const found = quotes.flatMap(({ lookUp }) => (lookUp?.kind === 'found' ? [lookUp] : []));
  const subject: CitedSentence = { sentence, files, cited, found };
  const hasSource = own.length > 0 || inherited.length > 0 || files.length > 0 || found.length > 0;
  const findings = [
    ...unknownIds(ids, scene),
    ...(hasSource ? [...checkNumbers(subject, scene), ...checkLines(subject, scene)] : [noSource]),
    ...checkNames(subject, scene),
    ...quotes.map(({ finding }) => finding),
  ];
  const worst = findings.toSorted((a, b) => severity.indexOf(b.status) - severity.indexOf(a.status))[0];
  const spanIds = ids.length > 0 ? ids : [...new Set(found.map(({ source }) => source.span.id))];
  return { ...(worst ?? unchecked), spanIds };
}

/** What is said on sources named elsewhere is looked up there as a whole, without the words that only lead to it. */
function claimsOf(sentence: Sentence, inherited: readonly string[]): readonly QuoteClaim[] {
  const claims = claimsOfSentence(sentence);
  if (inherited.length === 0 || claims.some(({ kind }) => kind === 'quoted')) return claims;
  const text = trimClause(sentence.map((piece) => piece.text).join('')).replace(conclusion, '');
  return [{ kind: 'marked', text: text.replace(/^[:：\s]+/u, ''), spanIds: inherited }];
}

const noSource: Finding = {
  status: 'notFromFiles',
  problem: 'This sentence names no source: it is not from your files.',
};
const inOtherWords = 'The source is named, but its words are others, so what it says could not be checked.';

function unknownIds(ids: readonly string[], { sources }: ClaimScene): readonly Finding[] {
  return ids
    .filter((id) => !sources.some(({ span }) => span.id === id))
    .map((id) => ({ status: 'struck', problem: `The answer cites ${id}, which is not among the evidence.` }));
}

interface CheckedQuote {
  readonly finding: Finding;
  readonly lookUp: LookUp | null;
}

const supported: Finding = { status: 'supported', problem: null };
const unchecked: Finding = { status: 'unchecked', problem: inOtherWords };

function checkQuote(claim: QuoteClaim, citedBySentence: readonly Source[], scene: ClaimScene): CheckedQuote {
  const own = scene.sources.filter(({ span }) => claim.spanIds.includes(span.id));
  const cited = claim.spanIds.length > 0 ? own : citedBySentence;
  const inCited = lookUpClaim(claim, cited);
  if (inCited.kind === 'found') return { finding: supported, lookUp: inCited };
  const others = scene.sources.filter((source) => !cited.includes(source));
  const inOthers = lookUpClaim(claim, others);
  const isNamed = claim.spanIds.length > 0 || cited.length > 0;
  if (inOthers.kind === 'found') {
    const { span } = inOthers.source;
    const problem = `These words stand in ${span.id} (${span.path}), not in ${namesOf(claim, cited)}.`;
    return { finding: isNamed ? { status: 'misplaced', problem } : supported, lookUp: inOthers };
  }
  // Identifiers and files are looked up as names, in the index too.
  if (claim.kind === 'quoted' && isName(claim.text)) return { finding: unchecked, lookUp: null };
  if (claim.kind === 'copied' || (!isNamed && findSlice(scene.asked, claim.text).kind === 'found')) {
    return { finding: unchecked, lookUp: null };
  }
  const twisted = inCited.kind === 'twisted' ? inCited : inOthers;
  return { finding: failure(claim, cited, twisted), lookUp: null };
}

function failure(claim: QuoteClaim, cited: readonly Source[], twisted: LookUp): Finding {
  if (twisted.kind === 'twisted') {
    const { id } = twisted.source.span;
    return { status: 'struck', problem: `${id} has these words only inside a longer word or number, or after a negation.` }; // prettier-ignore
  }
  if (claim.kind === 'marked') return unchecked;
  return { status: 'struck', problem: `The quoted words are not in ${namesOf(claim, cited)}.` };
}

function namesOf(claim: QuoteClaim, cited: readonly Source[]): string {
  const ids = claim.spanIds.length > 0 ? claim.spanIds : cited.map(({ span }) => span.id);
  return ids.length > 0 ? ids.join(', ') : 'any of the evidence';
}

function idsOf(sentence: Sentence): readonly string[] {
  return sentence.flatMap(({ spanIds }) => spanIds);
}

function textOf(answer: string, sentence: Sentence): string {
  return answer.slice(sentence[0]?.start ?? 0, sentence.at(-1)?.end ?? 0);
}

/** Null for what says nothing of its own: headings, lead-ins that end with a colon, rules of tables, questions. */
function claimPlace(answer: string, sentence: Sentence): Pick<ClaimCheck, 'text' | 'start' | 'end'> | null {
  const text = textOf(answer, sentence);
  const isProse = sentence.every(({ kind }) => kind === 'prose');
  const clause = trimClause(text);
  if (!/[\p{L}\p{N}]/u.test(text.replaceAll(/[[【(（]\s*S\d+\s*[\]】)）]/gu, ''))) return null;
  if (isProse && (/^\s*#/.test(text) || /[:：?？][*_\s]*$/u.test(text) || clause === '')) return null;
  const lead = /^\s*(?:[-*+•>]\s+|\d+[.)、]\s+)*/u.exec(text)?.[0].length ?? 0;
  const claim = text.slice(lead).trimEnd();
  const start = (sentence[0]?.start ?? 0) + lead;
  return { text: claim, start, end: start + claim.length };
}

/** Names to ask the index for: those that the evidence itself does not hold. */
export function namesToLookUp(
  answer: string,
  evidence: readonly EvidenceSpan[],
): { readonly names: readonly string[]; readonly files: readonly string[] } {
  const sentences = splitAnswer(answer);
  const texts = evidence.map(({ text }) => normaliseText(text));
  const names = new Set(sentences.flatMap(findCodeNames));
  const files = new Set(sentences.flatMap(findFiles).map(({ path }) => path));
  return {
    names: [...names].filter((name) => !texts.some((text) => hasWord(text, name))),
    files: [...files].filter((path) => !evidence.some((span) => namesFile(span.path, path))),
  };
}
