/**
 * The tokenizer's normaliser: NFKC, then every run of white space becomes one space. Beside the text it keeps, for
 * each UTF-16 unit of the result, the source range that produced it, in time linear in the source.
 */
export interface NormalizedText {
  readonly text: string;
  /** For unit `i` of `text`: the UTF-16 source range `[starts[i], ends[i])`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** A folded run of white space stands for its last character, as in the reference implementation. */
export function normalizeText(source: string): NormalizedText {
  const output = new Output(source.length + 16);
  let start = 0;
  while (start < source.length) {
    const unit = source.charCodeAt(start);
    let end = start + (isHighSurrogate(unit) && isLowSurrogate(source.charCodeAt(start + 1)) ? 2 : 1);
    const first = end;
    while (end < source.length && source.charCodeAt(end) >= 0x300) {
      const next = String.fromCodePoint(source.codePointAt(end) ?? 0);
      if (!joinsPrevious(next)) break;
      end += next.length;
    }
    if (end === first && isStable(unit)) output.push(source[start] ?? '', start, end);
    else pushSegment(output, source.slice(start, end), start);
    start = end;
  }
  return output.finish();
}

/** Growable result; white space is folded while it is written. */
class Output {
  #starts: Uint32Array;
  #ends: Uint32Array;
  #length = 0;
  #pieces: string[] = [];
  #endsInSpace = false;

  constructor(capacity: number) {
    this.#starts = new Uint32Array(capacity);
    this.#ends = new Uint32Array(capacity);
  }

  push(character: string, start: number, end: number): void {
    const isSpace = foldedSpaces.has(character);
    if (isSpace && this.#endsInSpace) {
      this.#starts[this.#length - 1] = start;
      this.#ends[this.#length - 1] = end;
      return;
    }
    this.#endsInSpace = isSpace;
    this.#pieces.push(isSpace ? ' ' : character);
    if (this.#length + 2 > this.#starts.length) this.#grow();
    for (let unit = 0; unit < character.length; unit++) {
      this.#starts[this.#length] = start;
      this.#ends[this.#length] = end;
      this.#length++;
    }
  }

  finish(): NormalizedText {
    const { starts, ends } = {
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    };
    return { text: this.#pieces.join(''), starts, ends };
  }

  #grow(): void {
    const [starts, ends] = [new Uint32Array(this.#starts.length * 2), new Uint32Array(this.#starts.length * 2)];
    starts.set(this.#starts);
    ends.set(this.#ends);
    [this.#starts, this.#ends] = [starts, ends];
  }
}

/**
 * A starter with what may combine with it. NFKC takes apart, sorts marks and joins again; a joined character covers
 * as many decomposed source positions as it takes apart into, so ranges stay in order and leave nothing out.
 */
function pushSegment(output: Output, segment: string, offset: number): void {
  const composed = segment.normalize('NFKC');
  const positions = decomposedPositions(segment, offset);
  let place = 0;
  for (const character of composed) {
    const size = codePointCount(character.normalize('NFD'));
    const first = positions[place];
    const last = positions[place + size - 1];
    if (first && last) output.push(character, first.start, last.end);
    place += size;
  }
}

interface SourcePosition {
  readonly start: number;
  readonly end: number;
}

function decomposedPositions(segment: string, offset: number): readonly SourcePosition[] {
  const positions: SourcePosition[] = [];
  let start = offset;
  for (const character of segment) {
    const position = { start, end: start + character.length };
    for (let count = codePointCount(character.normalize('NFKD')); count > 0; count--) positions.push(position);
    start = position.end;
  }
  return positions;
}

function codePointCount(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    if (!isLowSurrogate(text.charCodeAt(index)) || !isHighSurrogate(text.charCodeAt(index - 1))) count++;
  }
  return count;
}

const joining = new Map<string, boolean>();

/** Marks, and the second and third letters of Hangul syllables, also where a character only decomposes into one. */
function joinsPrevious(character: string): boolean {
  const unit = character.charCodeAt(0);
  if (unit >= 0x4e00 && unit <= 0x9fff) return false;
  let answer = joining.get(character);
  if (answer === undefined) {
    answer = /^[\p{M}\u1160-\u11ff]/u.test(character.normalize('NFKD'));
    joining.set(character, answer);
  }
  return answer;
}

/** ASCII and unified ideographs never change under NFKC. */
function isStable(unit: number): boolean {
  return unit < 0x80 || (unit >= 0x4e00 && unit <= 0x9fff);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** White space that NFKC leaves; the other spaces have become U+0020 by then. U+FEFF is none, unlike in JavaScript. */
const foldedSpaces: ReadonlySet<string> = new Set(' \t\n\v\f\r\u0085\u1680\u2028\u2029');
