/**
 * Finds cited words again in a file that may have changed since: at their old place, else where they stand now, the
 * nearest to it. Line ends and indentation may have changed; the words may not.
 */
import type { Anchor, CitedSlice } from '../../../protocol/sources';
import { placeOf } from '../util/text-place';
import { allNeedles } from './find-slice';
import { normaliseText, type NormalisedText } from './normalise-text';

/** A file's text with what is worked out of it once, however many slices are looked for. */
export class AnchorText {
  #normalised: NormalisedText | undefined;

  constructor(private readonly text: string) {}

  locate({ path, start, end, text }: Pick<CitedSlice, 'path' | 'start' | 'end' | 'text'>): Anchor {
    if (text !== '' && this.text.startsWith(text, start)) return this.#anchor('same', start, start + text.length);
    if (text === '') {
      return end <= this.text.length ? this.#anchor('same', start, end) : stale(`${path} is shorter now.`);
    }
    const found = nearest(this.#exactPlaces(text), start) ?? nearest(this.#resetPlaces(text), start);
    if (found === null) return stale(`The cited words no longer stand in ${path}.`);
    return this.#anchor('moved', found.start, found.end);
  }

  #exactPlaces(text: string): readonly Range[] {
    const places: Range[] = [];
    for (let at = this.text.indexOf(text); at >= 0 && places.length < maxPlaces; at = this.text.indexOf(text, at + 1)) {
      places.push({ start: at, end: at + text.length });
    }
    return places;
  }

  #resetPlaces(text: string): readonly Range[] {
    this.#normalised ??= normaliseText(this.text);
    return allNeedles(this.#normalised, normaliseText(text).text, maxPlaces);
  }

  #anchor(kind: 'same' | 'moved', start: number, end: number): Anchor {
    const startLine = placeOf(this.text, start).line;
    // The last character decides: words that end with a line break still end on that line.
    return { kind, start, end, startLine, endLine: placeOf(this.text, Math.max(start, end - 1)).line };
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Of words that stand very often, later places are not looked at. */
const maxPlaces = 2_000;

function nearest(places: readonly Range[], start: number): Range | null {
  return places.toSorted((a, b) => Math.abs(a.start - start) - Math.abs(b.start - start))[0] ?? null;
}

function stale(problem: string): Anchor {
  return { kind: 'stale', problem };
}
