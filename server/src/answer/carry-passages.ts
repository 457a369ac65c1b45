/** What a follow-up reads beside what its search finds: the places of the answer before it. The critic judges all alike. */
import type { Passage } from '../retrieve/retriever';

/** Those of `carried` that share no text with what was found; they stand behind it, so that they displace nothing. */
export function besideFound(found: readonly Passage[], carried: readonly Passage[]): readonly Passage[] {
  return carried.filter((passage) => !found.some((other) => overlap(other, passage)));
}

function overlap(one: Passage, other: Passage): boolean {
  return one.path === other.path && one.startOffset < other.endOffset && other.startOffset < one.endOffset;
}
