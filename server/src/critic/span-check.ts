/**
 * Checks spans that a server returns against the text that it was sent. Offsets come in code points and the span's
 * text may be stripped, so both sides are compared without their white space. An offset that is a little off is
 * repaired where the span's text occurs exactly once with its start and end at most `repairReach` characters away (white
 * space not counted); any other mismatch is rejected. A placed span is always a range of the text itself.
 */
export interface ReturnedSpan {
  readonly text: string;
  /** Code points of the text that was sent. */
  readonly start: number;
  readonly end: number;
}

export interface PlacedSpan {
  /** UTF-16 range in the text, without white space at either end. */
  readonly startOffset: number;
  readonly endOffset: number;
  readonly isRepaired: boolean;
}

/** A window that is decoded and encoded again shifts what follows by a few characters; farther off is another place. */
export const repairReach = 64;

/** White space of JavaScript and of Python, which differ in a few control characters. */
const blanks = /[\s\u001c-\u001f\u0085]+/gu;

export class SpanChecker {
  /** The text without white space, and for each of its units the offset in the text. */
  readonly #ink: string;
  readonly #offsets: Uint32Array;
  /** How many units of `#ink` lie before each code point of the text, and before its end. */
  readonly #inkBefore: Uint32Array;

  constructor(text: string) {
    this.#ink = text.replace(blanks, '');
    this.#offsets = new Uint32Array(this.#ink.length);
    const inkBefore = new Uint32Array(text.length + 1);
    let [codePoints, offset, ink] = [0, 0, 0];
    for (const character of text) {
      inkBefore[codePoints++] = ink;
      if (this.#ink.startsWith(character, ink)) {
        for (let unit = 0; unit < character.length; unit++) this.#offsets[ink++] = offset + unit;
      }
      offset += character.length;
    }
    inkBefore[codePoints] = ink;
    this.#inkBefore = inkBefore.subarray(0, codePoints + 1);
  }

  /** Where the span stands; undefined when it does not stand where it says. */
  place(span: ReturnedSpan): PlacedSpan | undefined {
    // Half a surrogate pair could otherwise match the half of a character.
    const wanted = span.text.replace(/\p{Surrogate}/gu, '\ufffd').replace(blanks, '');
    const [start, end] = [this.#toInk(span.start), this.#toInk(span.end)];
    if (wanted === '' || start === undefined || end === undefined) return undefined;
    if (end - start === wanted.length && this.#ink.startsWith(wanted, start)) {
      return this.#toPlaced(start, end, { isRepaired: false });
    }
    const found = this.#findOnce(wanted, start);
    if (found === undefined || Math.abs(found + wanted.length - end) > repairReach) return undefined;
    return this.#toPlaced(found, found + wanted.length, { isRepaired: true });
  }

  #toInk(codePoint: number): number | undefined {
    const last = this.#inkBefore.length - 1;
    if (!Number.isInteger(codePoint) || codePoint < -repairReach || codePoint > last + repairReach) return undefined;
    return this.#inkBefore[Math.min(last, Math.max(0, codePoint))];
  }

  #findOnce(wanted: string, near: number): number | undefined {
    const low = Math.max(0, near - repairReach);
    const around = this.#ink.slice(low, near + repairReach + wanted.length);
    const first = around.indexOf(wanted);
    return first < 0 || around.includes(wanted, first + 1) ? undefined : low + first;
  }

  #toPlaced(start: number, end: number, { isRepaired }: { readonly isRepaired: boolean }): PlacedSpan {
    return { startOffset: this.#offsets[start] ?? 0, endOffset: (this.#offsets[end - 1] ?? 0) + 1, isRepaired };
  }
}
