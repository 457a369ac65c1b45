/**
 * A follow-up question made to stand alone, by rules and without a model: where it points back to what was asked before,
 * the last subject's words are added to it. The result is shown to the user, who can put it differently.
 */
import { queryWords } from '../retrieve/query-words';
import { understandQuestion } from './understand-question';

/** A question longer than this names its own subject, whatever pronouns it has. */
const maxWords = 14;
/** Subject words taken over: more would drown the new question. */
const maxSubjectWords = 8;
/** So many of them may be what the question before had itself taken over: what the conversation is about. */
const maxCoreWords = 5;

const opening =
  /^(?:and|but|so|also|then|what about|how about|why|why not|which (?:one|ones)|where|when|how so|since when|那么?|还有|另外|为什么|什么时候|其他的?)(?:\b|(?=[\s，,？?\p{Script=Han}]))/iu;
const pronoun =
  /\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|the (?:former|latter|same|other|others))\b|它们?|他们?|她们?|这个?|那个?|这些|那些|其中|上述|前者|后者/iu;
/** `that` and `there` also join clauses: `the file that holds …`, `is there a …`. */
const joining =
  /\b(?:is|are|was|were) there\b|\b(?:\w{3,}) that (?:is|are|was|were|has|have|holds?|does|do|can)\b|\bit (?:is|was) (?:possible|true|necessary)\b/giu;

/**
 * Null where the question stands alone already, or nothing was asked before. `previous` may be a follow-up that was made to
 * stand alone here: then its subject, in brackets at its end, stays in the conversation.
 */
export function standAlone(question: string, previous: string | undefined): string | null {
  const asked = question.trim();
  if (previous === undefined || asked === '' || !pointsBack(asked)) return null;
  const own = asked.toLowerCase();
  const subject = subjectOf(previous, (word) => !own.includes(word.toLowerCase()));
  return subject.length === 0 ? null : `${asked} (${subject.join(' ')})`;
}

/** Whether the question is about what was asked, or answered, before it. */
export function pointsBack(question: string): boolean {
  const words = question.match(/\p{Script=Han}{1,2}|[^\s\p{Script=Han}]+/gu)?.length ?? 0;
  if (words > maxWords) return false;
  const plain = question.replaceAll(joining, ' ');
  // A bare "Why?" or "And the Gull?" is about what was asked before.
  return (
    pronoun.test(plain) ||
    (opening.test(plain) && words <= 4) ||
    /^(?:and|but|what about|how about|那|还有)/iu.test(plain)
  );
}

/** What the last question was about, and before it the conversation. A wish for a form of its answer is no part of it. */
function subjectOf(previous: string, isNew: (word: string) => boolean): readonly string[] {
  const { coreQuestion } = understandQuestion(previous);
  const [, said = coreQuestion, carried = ''] = /^(.+) \(([^()]+)\)$/su.exec(coreQuestion) ?? [];
  const core = carried.split(/\s+/).filter((word) => word !== '' && isNew(word));
  const own = subjectWords(said).filter((word) => isNew(word) && !core.includes(word));
  const ownRoom = maxSubjectWords - Math.min(core.length, maxCoreWords);
  return [...own.slice(0, ownRoom), ...core].slice(0, maxSubjectWords);
}

/** Names in code, and words that are not in every question. */
function subjectWords(question: string): readonly string[] {
  const { text, names } = queryWords(question);
  const words = text.split(/\s+/).map((word) => word.replaceAll(/^[^\p{L}\p{N}_$]+|[^\p{L}\p{N}_$]+$/gu, ''));
  return [...new Set([...names, ...words])].filter((word) => word !== '' && !/^(?:long|many|much|often|old|far)$/i.test(word)); // prettier-ignore
}
