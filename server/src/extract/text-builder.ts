/** Collects a document's text piece by piece with the place of each piece, and stops at the longest text allowed. */
import type { Place, PlacedRange } from '../../../protocol/places';
import { maxTextLength } from './extract-limits';

export interface PlacedText {
  readonly text: string;
  readonly places: readonly PlacedRange[];
}

export class TextBuilder {
  readonly #pieces: string[] = [];
  readonly #places: PlacedRange[] = [];
  #length = 0;
  /** How many line ends the text ends with, two at most; an empty text counts as two. */
  #lineEnds = 2;
  #isFull = false;

  constructor(private readonly maxLength = maxTextLength) {}

  /** True: what is added from now on is dropped. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get length(): number {
    return this.#length;
  }

  add(text: string, place: Place | null = null): void {
    if (text === '' || this.#isFull) return;
    const room = this.maxLength - this.#length;
    const piece = text.length > room ? cutWhole(text, room) : text;
    if (piece.length < text.length) this.#isFull = true;
    if (piece === '') return;
    if (place) this.#places.push({ start: this.#length, end: this.#length + piece.length, place });
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#lineEnds = !piece.endsWith('\n') ? 0 : /^\n$/.test(piece) ? Math.min(2, this.#lineEnds + 1) : trailing(piece);
  }

  /** Ends the line that is open, if one is. */
  endLine(): void {
    if (this.#lineEnds === 0) this.add('\n');
  }

  /** As `endLine`, and leaves one empty line. */
  endBlock(): void {
    while (this.#lineEnds < 2 && !this.#isFull) this.add('\n');
  }

  finish(): PlacedText {
    return { text: this.#pieces.join(''), places: this.#places };
  }

  /** One sentence if text was left out. */
  problems(): readonly string[] {
    if (!this.#isFull) return [];
    return [`Its text was cut after ${this.maxLength.toLocaleString('en')} characters; the rest is not searched.`];
  }
}

function trailing(piece: string): number {
  return piece.endsWith('\n\n') ? 2 : 1;
}

/** Never the first half of a surrogate pair alone. */
function cutWhole(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
