/**
 * The whole check of an answer: names that its evidence lacks are looked up in the index, then quotes become citations
 * and every sentence gets its status.
 */
import type { Citation, ClaimCheck, EvidenceSpan } from '../../../protocol/evidence';
import { checkClaims, namesToLookUp } from './check-claims';
import type { KnownNames, NameLookUp } from './known-names';
import { verifyAnswer } from './verify';

export interface CheckedAnswer {
  readonly citations: readonly Citation[];
  readonly claims: readonly ClaimCheck[];
}

export interface CheckOptions {
  readonly question: string;
  readonly names: NameLookUp;
  readonly signal: AbortSignal;
}

/** Names looked up in the index for one answer. */
const maxNames = 40;

/** An index that cannot be asked leaves the names unchecked; it never fails the answer. */
export async function checkAnswer(
  answer: string,
  evidence: readonly EvidenceSpan[],
  { question, names, signal }: CheckOptions,
): Promise<CheckedAnswer> {
  const known = await lookUp(answer, evidence, names, signal);
  return {
    citations: verifyAnswer(answer, evidence, { question, known }),
    claims: checkClaims(answer, evidence, { question, known }),
  };
}

async function lookUp(
  answer: string,
  evidence: readonly EvidenceSpan[],
  port: NameLookUp,
  signal: AbortSignal,
): Promise<KnownNames | null> {
  const { names, files } = namesToLookUp(answer, evidence);
  if (names.length === 0 && files.length === 0) return { names: new Set(), files: new Set() };
  if (signal.aborted || names.length + files.length > maxNames) return null;
  return port.lookUp(names, files, signal).catch(() => null);
}
