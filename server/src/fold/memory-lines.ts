/**
 * The memory's bookkeeping, line by line and without a model: which spans a line may name, which lines fit, and which
 * say something else of the same thing than another.
 */
import type { MemoryLine } from '../../../protocol/folds';

export interface CheckedLines {
  readonly lines: readonly MemoryLine[];
  /** Named, though the agent never read them; taken out of their lines. */
  readonly unknownIds: readonly string[];
}

/** Lines that say something, each once, with the ids of `citable` alone: a line without any has no known source. */
export function checkLines(lines: readonly MemoryLine[], citable: ReadonlySet<string>): CheckedLines {
  const unknownIds = new Set<string>();
  const idsOf = new Map<string, Set<string>>();
  for (const line of lines) {
    const text = line.text.trim();
    if (!saysSomething(text)) continue;
    // Small models repeat a line until their room is used up; once is enough, with the sources of all.
    const known = idsOf.get(text) ?? new Set<string>();
    for (const id of line.spanIds) {
      if (citable.has(id)) known.add(id);
      else unknownIds.add(id);
    }
    idsOf.set(text, known);
  }
  return { lines: [...idsOf].map(([text, ids]) => ({ text, spanIds: [...ids] })), unknownIds: [...unknownIds] };
}

/**
 * Marks lines that contradict each other, and puts a line of `before` back beside the new one that contradicts it from
 * another place: which of both is right is for the reader of the answer to see. Only what form shows is found: the same
 * sentence with another last number, without its "not", or with something else behind its "is".
 */
export function keepDisputed(before: readonly MemoryLine[], lines: readonly MemoryLine[]): readonly MemoryLine[] {
  const groups = new Map<string, { readonly value: string; readonly line: MemoryLine }[]>();
  const add = (line: MemoryLine): void => {
    for (const { key, value } of claimsOf(line.text)) {
      const group = groups.get(key) ?? [];
      group.push({ value, line });
      groups.set(key, group);
    }
  };
  lines.forEach(add);
  const kept = new Set(lines.map((line) => line.text));
  const rivals = (line: MemoryLine): readonly MemoryLine[] =>
    claimsOf(line.text).flatMap(({ key, value }) =>
      (groups.get(key) ?? []).filter((other) => contradicts(value, other.value)).map((other) => other.line),
    );
  const back = new Map<string, MemoryLine[]>();
  for (const old of before) {
    if (kept.has(old.text) || old.spanIds.length === 0) continue;
    // A line that names the old one's source as well has seen both, so it may correct.
    const rival = rivals(old).find((line) => line.spanIds.every((id) => !old.spanIds.includes(id)));
    if (rival === undefined || rival.spanIds.length === 0) continue;
    back.set(rival.text, [...(back.get(rival.text) ?? []), old]);
    add(old);
  }
  const all = lines.flatMap((line) => [...(back.get(line.text) ?? []), line]);
  return all.map(({ text, spanIds }) =>
    rivals({ text, spanIds }).length > 0 ? { text, spanIds, isDisputed: true } : { text, spanIds },
  );
}

/** Over the limit, lines without a source go first, then the oldest: a model writes its newest lines last. */
export function fitLines(
  lines: readonly MemoryLine[],
  tokens: number,
): { readonly kept: readonly MemoryLine[]; readonly dropped: readonly MemoryLine[] } {
  let used = lines.reduce((sum, line) => sum + lineTokens(line), 0);
  const order = [...lines.filter((line) => line.spanIds.length === 0), ...lines.filter((line) => line.spanIds.length)];
  const dropped: MemoryLine[] = [];
  for (const line of order) {
    if (used <= tokens) break;
    dropped.push(line);
    used -= lineTokens(line);
  }
  const gone = new Set(dropped);
  return { kept: lines.filter((line) => !gone.has(line)), dropped };
}

/**
 * An upper bound that needs no tokeniser, so that the reducer stays pure: three Latin letters a token; digits, signs
 * and CJK characters one each, as small vocabularies have them.
 */
export function estimateTokens(text: string): number {
  const letters = text.match(/[A-Za-z\u00c0-\u024f ]/g)?.length ?? 0;
  return Math.ceil(letters / 3) + text.length - letters;
}

export function clipToTokens(text: string, tokens: number): string {
  let cut = text.trim();
  while (estimateTokens(cut) > tokens) cut = cut.slice(0, Math.floor(cut.length * 0.9));
  return cut.trim();
}

function lineTokens(line: MemoryLine): number {
  return estimateTokens(line.text) + 4 * line.spanIds.length + 2;
}

/** A model that loops (`1.1.1.1…`) or writes signs only has recorded nothing. */
function saysSomething(text: string): boolean {
  return /\p{L}{2}|\p{Script=Han}|\d/u.test(text) && !/(\S.{0,11}?)\1{9,}/su.test(text);
}

interface Claim {
  /** The line without its value: what it speaks of. */
  readonly key: string;
  readonly value: string;
}

const standaloneNumber = /(?<![\p{L}\p{N}_.])\d[\d.,:]*(?<![.,:])(?![\p{L}\d_])/gu;
const placeWord =
  /(?:chapters?|sections?|pages?|parts?|lines?|steps?|tables?|figures?|volumes?|articles?|clauses?|items?|no\.?|第)\s*$/iu;
const negation = /\b(?:not|never|no longer|cannot)\b|n't\b|不|没有|并非/giu;
const copula = /^(.{6,}?\s(?:is|was|are|were|equals))\s+(.+)$|^(.{2,}?(?:是|为|位于|等于))(.+)$/su;

function claimsOf(text: string): readonly Claim[] {
  const line = text
    .toLowerCase()
    .replace(/[.。]\s*$/, '')
    .replaceAll(/\s+/g, ' ');
  const claims: Claim[] = [];
  const number = [...line.matchAll(standaloneNumber)].at(-1);
  // "In chapter 3" tells where, not how much.
  if (number !== undefined && number.index > 5 && !placeWord.test(line.slice(0, number.index))) {
    const rest = line.slice(number.index + number[0].length);
    claims.push({ key: `number ${line.slice(0, number.index)}#${rest}`, value: number[0].replace(/,(?=\d{3})/g, '') });
  }
  const bare = line.replaceAll(negation, '').replaceAll(/\s+/g, ' ').trim();
  claims.push({ key: `negation ${bare}`, value: negationsOf(line) % 2 === 1 ? 'no' : 'yes' });
  const [, subject, value, hanSubject, hanValue] = copula.exec(line) ?? [];
  const [about, said] = [subject ?? hanSubject, value ?? hanValue];
  if (about !== undefined && said !== undefined && !/^(?:in|at|on|a|an|one of|part of)\s|章|节/.test(said)) {
    claims.push({ key: `is ${about}`, value: said });
  }
  return claims;
}

function negationsOf(line: string): number {
  return line.match(negation)?.length ?? 0;
}

/** One that holds the other only says more. */
function contradicts(one: string, other: string): boolean {
  if (/^[\d.,:]+$/.test(one) && /^[\d.,:]+$/.test(other)) return one !== other;
  return !one.includes(other) && !other.includes(one);
}
