/**
 * The rules of one ignore file, read and asked as git does it (gitignore(5), and dir.c where the page says nothing): the
 * last pattern that meets a path decides. Paths are bytes written as Latin-1 characters (`toByteText`).
 */
import type { ExclusionRule } from '../index/index-store';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { compileWildmatch, lowerAscii, matchesWildmatch, toByteText, type Wildmatch } from './wildmatch';

export interface IgnoreRule extends ExclusionRule {
  /** The pattern starts with `!`: it takes back what rules before it left out. */
  readonly isNegative: boolean;
}

/** A path as it is asked about. `path` is relative to the folder of the rules, `name` its last part; no slash at the end. */
export interface AskedPath {
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
}

interface Pattern {
  readonly rule: IgnoreRule;
  readonly folderOnly: boolean;
  readonly kind: 'name' | 'nameEnd' | 'nameGlob' | 'path';
  /** Bytes that must be met as they stand: the whole name, its end, or the beginning of the path. */
  readonly literal: string;
  /** What follows the literal beginning; null: nothing does. */
  readonly glob: Wildmatch | null;
  /** The whole pattern in parts between slashes, for what may lie below a folder. */
  readonly parts: readonly (Wildmatch | 'anyDepth' | null)[];
}

const linesEachTurn = 2_000;

export class IgnoreRules {
  readonly #byName = new Map<string, number[]>();
  readonly #others: number[] = [];

  private constructor(
    private readonly patterns: readonly Pattern[],
    private readonly foldCase: boolean,
  ) {
    patterns.forEach(({ kind, literal }, idx) => {
      if (kind !== 'name') this.#others.push(idx);
      else this.#byName.set(literal, [...(this.#byName.get(literal) ?? []), idx]);
    });
  }

  /** `file` is what the ledger calls the file; line numbers count from 1. */
  static async parse(file: string, bytes: Uint8Array, foldCase: boolean, signal: AbortSignal): Promise<IgnoreRules> {
    const patterns: Pattern[] = [];
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const lines = Buffer.from(hasMark ? bytes.subarray(3) : bytes)
      .toString('latin1')
      .split('\n');
    for (const [idx, line] of lines.entries()) {
      const pattern = parseLine(file, idx + 1, line, foldCase);
      if (pattern) patterns.push(pattern);
      if (idx % linesEachTurn === linesEachTurn - 1) await yieldToLoop();
      throwIfCancelled(signal);
    }
    return new IgnoreRules(patterns, foldCase);
  }

  /** Patterns that are no file's: of a setting, each in a line of its own. */
  static ofPatterns(file: string, patterns: readonly string[], foldCase: boolean): IgnoreRules {
    const parsed = patterns.map((pattern, idx) => parseLine(file, idx + 1, toByteText(pattern), foldCase));
    return new IgnoreRules(
      parsed.filter((pattern) => pattern !== null),
      foldCase,
    );
  }

  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  /** The rule that decides on the path, or null when none meets it. */
  find({ path, name, isFolder }: AskedPath): IgnoreRule | null {
    const asked = this.foldCase ? { path: lowerAscii(path), name: lowerAscii(name) } : { path, name };
    const fits = (idx: number | undefined): boolean =>
      idx !== undefined && (isFolder || this.patterns[idx]?.folderOnly !== true);
    const named = this.#byName.get(asked.name)?.findLast(fits) ?? -1;
    for (let at = this.#others.length - 1; at >= 0; at -= 1) {
      const idx = this.#others[at] ?? -1;
      if (idx < named) break;
      const pattern = this.patterns[idx];
      if (pattern && fits(idx) && meets(pattern, asked)) return pattern.rule;
    }
    return this.patterns[named]?.rule ?? null;
  }

  /**
   * Whether a pattern could meet something below the folder: only one that holds a slash, and starts like the folder.
   * `wanted` chooses the patterns that count.
   */
  reachesBelow(folder: string, wanted: 'negative' | 'positive'): boolean {
    const parts = (this.foldCase ? lowerAscii(folder) : folder).split('/');
    return this.patterns.some(
      (pattern) =>
        pattern.kind === 'path' && pattern.rule.isNegative === (wanted === 'negative') && leadsBelow(pattern, parts),
    );
  }
}

function meets(pattern: Pattern, { path, name }: { readonly path: string; readonly name: string }): boolean {
  const { kind, literal, glob } = pattern;
  if (kind === 'nameEnd') return name.endsWith(literal);
  if (kind === 'nameGlob') return glob !== null && matchesWildmatch(glob, name, 0);
  if (!path.startsWith(literal)) return false;
  return glob === null ? path.length === literal.length : matchesWildmatch(glob, path, literal.length);
}

function leadsBelow({ parts }: Pattern, folder: readonly string[]): boolean {
  for (const [idx, name] of folder.entries()) {
    const part = parts[idx];
    if (part === 'anyDepth') return true;
    if (part === null || part === undefined || !matchesWildmatch(part, name, 0)) return false;
  }
  return parts.length > folder.length;
}

/** Null: an empty line, a comment, or a pattern that can meet nothing. */
function parseLine(file: string, line: number, source: string, foldCase: boolean): Pattern | null {
  if (source.startsWith('#')) return null;
  const [whole = ''] = source.replace(/\r$/, '').split('\0');
  const written = trimSpaces(whole);
  const isNegative = written.startsWith('!');
  const signed = isNegative ? written.slice(1) : written;
  const folderOnly = signed.endsWith('/');
  const text = folderOnly ? signed.slice(0, -1) : signed;
  if (text === '') return null;
  const rule = { file, line, pattern: Buffer.from(written, 'latin1').toString('utf8'), isNegative };
  const matcher = text.includes('/') ? pathMatcher(text, foldCase) : nameMatcher(text, foldCase);
  return matcher && { rule, folderOnly, ...matcher };
}

type Matcher = Pick<Pattern, 'kind' | 'literal' | 'glob' | 'parts'>;

function nameMatcher(text: string, foldCase: boolean): Matcher | null {
  const folded = foldCase ? lowerAscii(text) : text;
  if (literalLength(text) === text.length) return { kind: 'name', literal: folded, glob: null, parts: [] };
  if (text.startsWith('*') && literalLength(text.slice(1)) === text.length - 1) {
    return { kind: 'nameEnd', literal: folded.slice(1), glob: null, parts: [] };
  }
  const glob = compileWildmatch(text, foldCase);
  return glob && { kind: 'nameGlob', literal: '', glob, parts: [] };
}

/** Git compares the beginning without special characters first and the rest alone: `a**` + `/b` is `a`, then a real `**`. */
function pathMatcher(text: string, foldCase: boolean): Matcher | null {
  const path = text.startsWith('/') ? text.slice(1) : text;
  const length = literalLength(path);
  const start = path.slice(0, length);
  const literal = foldCase ? lowerAscii(start) : start;
  const parts = path.split('/').map((part) => (part === '**' ? 'anyDepth' : compileWildmatch(part, foldCase)));
  if (length === path.length) return { kind: 'path', literal, glob: null, parts };
  const glob = compileWildmatch(path.slice(length), foldCase);
  return glob && { kind: 'path', literal, glob, parts };
}

/** Characters before the first that means something to a pattern. */
function literalLength(text: string): number {
  const at = text.search(/[*?[\\]/);
  return at < 0 ? text.length : at;
}

/** Spaces at the end do not count, unless a backslash stands before the first of them; other white space does. */
function trimSpaces(text: string): string {
  let spacesFrom = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === ' ') {
      if (spacesFrom < 0) spacesFrom = at;
      continue;
    }
    spacesFrom = -1;
    if (character === '\\') {
      at += 1;
      if (at === text.length) return text;
    }
  }
  return spacesFrom < 0 ? text : text.slice(0, spacesFrom);
}
