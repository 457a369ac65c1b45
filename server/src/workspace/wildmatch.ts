/**
 * One pattern of an ignore file against one path, as git's wildmatch does it with WM_PATHNAME (gitignore(5)): `*` and `?`
 * stay inside a folder, `**` between slashes does not, classes know `[:alpha:]` and its like. Both sides are bytes
 * written as Latin-1 characters, because git compares bytes: `?` is half of an `ä`. A match takes no more steps than
 * the product of both lengths for each `**`, whatever the pattern.
 */
export interface Wildmatch {
  /** One number a step: a byte to meet, or one of the codes below. */
  readonly steps: readonly number[];
  /** Tables of 256 entries, 1 for a byte in the class. */
  readonly classes: readonly Uint8Array[];
  readonly foldCase: boolean;
}

const anyByte = -1;
/** `*`: a run of characters without a slash, or none. */
const run = -2;
/** `**` at the end: whatever follows. */
const deepRun = -3;
/** `**` and its slash: nothing, or any run that ends in a slash. */
const deepFolders = -4;
/** This and below: a class; -5 is the first. */
const firstClass = -5;
const slash = 0x2f;

/** Null: the pattern matches nothing (a backslash at its end, a class without an end or of an unknown name). */
export function compileWildmatch(pattern: string, foldCase: boolean): Wildmatch | null {
  const steps: number[] = [];
  const classes: Uint8Array[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      // Git compares an escaped letter as it is written, even where case does not count.
      if (at + 1 === pattern.length) return null;
      steps.push(pattern.charCodeAt(at + 1));
      at += 2;
    } else if (character === '[') {
      const found = readClass(pattern, at + 1, foldCase);
      if (found === null) return null;
      steps.push(firstClass - classes.length);
      classes.push(found.table);
      at = found.end;
    } else if (character === '*') {
      const stars = readStars(pattern, at);
      steps.push(stars.step);
      at = stars.end;
    } else {
      steps.push(character === '?' ? anyByte : (foldCase ? lowerAscii(character) : character).charCodeAt(0));
      at += 1;
    }
  }
  return { steps, classes, foldCase };
}

/** `text` must be in lower case where case does not count; it is read from `start` on. */
export function matchesWildmatch({ steps, classes }: Wildmatch, text: string, start: number): boolean {
  let [step, at] = [0, start];
  // Where to go on when a step fails: the last `*` takes one byte more, and when it may not, the last `**` does.
  let [runStep, runAt, deepStep, deepAt] = [-1, 0, -1, 0];
  for (;;) {
    const code = steps[step];
    if (code === undefined && at === text.length) return true;
    if (code === run) {
      [runStep, runAt] = [step, at];
      step += 1;
      continue;
    }
    if (code === deepRun || code === deepFolders) {
      [runStep, deepStep, deepAt] = [-1, step, at];
      step += 1;
      continue;
    }
    if (code !== undefined && at < text.length && accepts(code, text.charCodeAt(at), classes)) {
      step += 1;
      at += 1;
      continue;
    }
    if (runStep >= 0 && runAt < text.length && text.charCodeAt(runAt) !== slash) {
      runAt += 1;
      [step, at] = [runStep + 1, runAt];
      continue;
    }
    const next = deepStep < 0 ? 0 : steps[deepStep] === deepFolders ? text.indexOf('/', deepAt) + 1 : deepAt + 1;
    if (next === 0 || next > text.length) return false;
    [runStep, deepAt] = [-1, next];
    [step, at] = [deepStep + 1, next];
  }
}

/** Letters of ASCII only, as git folds them. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** The UTF-8 bytes of a path as Latin-1 characters. */
export function toByteText(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

function accepts(code: number, byte: number, classes: readonly Uint8Array[]): boolean {
  if (code >= 0) return code === byte;
  if (code === anyByte) return byte !== slash;
  return classes[firstClass - code]?.[byte] === 1;
}

/** Two stars or more count as `**` only where slashes or the ends of the pattern stand on both sides. */
function readStars(pattern: string, start: number): { readonly step: number; readonly end: number } {
  let end = start;
  while (pattern[end] === '*') end += 1;
  const opens = start === 0 || pattern[start - 1] === '/';
  if (end - start < 2 || !opens) return { step: run, end };
  if (pattern[end] === '/') return { step: deepFolders, end: end + 1 };
  return { step: end === pattern.length || pattern.startsWith('\\/', end) ? deepRun : run, end };
}

interface ClassItem {
  readonly first: number;
  readonly last: number;
  readonly isRange: boolean;
  /** Behind the item. */
  readonly end: number;
}

/** `start` is behind the bracket, `end` behind the closing one; a closing one that stands first is in the class. */
function readClass(
  pattern: string,
  start: number,
  foldCase: boolean,
): { readonly table: Uint8Array; readonly end: number } | null {
  const table = new Uint8Array(256);
  const isNegated = pattern[start] === '!' || pattern[start] === '^';
  let at = isNegated ? start + 1 : start;
  // The byte before a `-`; nothing behind a range or a named class.
  let previous: number | null = null;
  do {
    const named = readClassName(pattern, at);
    if (named) {
      if (!addNamedClass(table, named.name, foldCase)) return null;
      [previous, at] = [null, named.end];
    } else {
      const item = readClassItem(pattern, at, previous);
      if (item === null) return null;
      addRange(table, item, foldCase);
      [previous, at] = [item.isRange ? null : item.last, item.end];
    }
    if (at >= pattern.length) return null;
  } while (pattern[at] !== ']');
  if (isNegated) for (let byte = 0; byte < 256; byte += 1) table[byte] = table[byte] === 1 ? 0 : 1;
  table[slash] = 0;
  return { table, end: at + 1 };
}

/** One byte, or the rest of a range whose first byte was read before. */
function readClassItem(pattern: string, start: number, previous: number | null): ClassItem | null {
  const next = pattern[start + 1];
  const isRange = pattern[start] === '-' && previous !== null && next !== undefined && next !== ']';
  let at = isRange ? start + 1 : start;
  if (pattern[at] === '\\') at += 1;
  if (at >= pattern.length) return null;
  const last = pattern.charCodeAt(at);
  return { first: isRange ? previous : last, last, isRange, end: at + 1 };
}

function addRange(table: Uint8Array, { first, last, isRange }: ClassItem, foldCase: boolean): void {
  for (let byte = first; byte <= last; byte += 1) table[byte] = 1;
  // A single capital stays as it is: git folds only ranges.
  if (!foldCase || !isRange) return;
  for (let byte = Math.max(first, 0x41); byte <= Math.min(last, 0x5a); byte += 1) table[byte + 0x20] = 1;
}

const namedClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `[:name:]`; null: the bracket is one byte of the class. */
function readClassName(pattern: string, start: number): { readonly name: string; readonly end: number } | null {
  if (!pattern.startsWith('[:', start)) return null;
  const close = pattern.indexOf(']', start + 2);
  // Without any closing bracket the class has no end either; the caller finds that.
  if (close < 0 || close - 1 < start + 2 || pattern[close - 1] !== ':') return null;
  return { name: pattern.slice(start + 2, close - 1), end: close + 1 };
}

function addNamedClass(table: Uint8Array, name: string, foldCase: boolean): boolean {
  const inClass = Object.hasOwn(namedClasses, name) ? namedClasses[name] : undefined;
  if (inClass === undefined) return false;
  for (let byte = 0; byte < 128; byte += 1) if (inClass.test(String.fromCharCode(byte))) table[byte] = 1;
  if (foldCase && name === 'upper') table.fill(1, 0x61, 0x7b);
  return true;
}
