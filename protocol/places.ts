/**
 * Where a passage of an extracted text stands in its file: page and box, slide, cell, paragraph, chapter, notebook cell.
 * A document without places (code, plain text) is its file's own text, so that offsets count in the file itself.
 */
export type Place =
  | {
      readonly kind: 'page';
      /** 1-based. */
      readonly page: number;
      /** As the reader's page field shows it, for instance `iv`; the number where the file gives no label. */
      readonly label: string;
      /** In points, origin top left, of the page as it is shown (rotation applied). */
      readonly box: readonly [left: number, top: number, right: number, bottom: number];
    }
  | { readonly kind: 'slide'; readonly slide: number; readonly part: 'slide' | 'notes' }
  | {
      readonly kind: 'cell';
      readonly sheet: string;
      /** A1 notation, one cell or a range. */
      readonly range: string;
    }
  | {
      readonly kind: 'paragraph';
      /** 1-based: the body's paragraph in the order of the file, tables included; of notes and headers their number. */
      readonly paragraph: number;
      readonly part: 'body' | 'footnote' | 'endnote' | 'header';
    }
  | {
      readonly kind: 'chapter';
      /** 1-based place in the reading order. */
      readonly chapter: number;
      readonly title: string;
      readonly href: string;
    }
  | { readonly kind: 'notebookCell'; readonly cell: number; readonly part: 'source' | 'output' }
  /** Of text whose markup was taken out (HTML): line and column in the file, both 1-based. */
  | { readonly kind: 'line'; readonly line: number; readonly column: number };

/** Offsets are UTF-16 units of the document's text. */
export interface PlacedRange {
  readonly start: number;
  readonly end: number;
  readonly place: Place;
}

/** The place of the range that holds `offset`; null between ranges. `places` are sorted and apart. */
export function placeAt(places: readonly PlacedRange[], offset: number): Place | null {
  const range = places[firstEndingAfter(places, offset)];
  return range && range.start <= offset ? range.place : null;
}

/** The ranges that share at least one unit with [start, end). */
export function placesIn(places: readonly PlacedRange[], start: number, end: number): readonly PlacedRange[] {
  const first = firstEndingAfter(places, start);
  let last = first;
  while ((places[last]?.start ?? Infinity) < end) last += 1;
  return places.slice(first, last);
}

/** In plain words: `page 12`, `sheet Data, B4:D4`, `slide 3, notes`. */
export function describePlace(place: Place): string {
  switch (place.kind) {
    case 'page':
      return place.label === String(place.page) ? `page ${place.page}` : `page ${place.label} (${place.page})`;
    case 'slide':
      return place.part === 'notes' ? `slide ${place.slide}, notes` : `slide ${place.slide}`;
    case 'cell':
      return `sheet ${place.sheet}, ${place.range}`;
    case 'paragraph':
      return place.part === 'body' ? `paragraph ${place.paragraph}` : `${place.part} ${place.paragraph}`;
    case 'chapter':
      return place.title === '' ? `chapter ${place.chapter}` : `chapter ${place.chapter}, ${place.title}`;
    case 'notebookCell':
      return place.part === 'output' ? `cell ${place.cell}, output` : `cell ${place.cell}`;
    case 'line':
      return `line ${place.line}`;
  }
}

/** Index of the first range whose end is past `offset`, by binary search; `places.length` if there is none. */
function firstEndingAfter(places: readonly PlacedRange[], offset: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle]?.end ?? Infinity) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
