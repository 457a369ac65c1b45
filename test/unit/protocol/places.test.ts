import { describe, expect, it } from 'vitest';
import { describePlace, placeAt, placesIn, type Place, type PlacedRange } from '../../../protocol/places';

const page = (number: number): Place => ({ kind: 'page', page: number, label: String(number), box: [0, 0, 1, 1] });
const places: readonly PlacedRange[] = [
  { start: 2, end: 5, place: page(1) },
  { start: 5, end: 6, place: page(2) },
  { start: 9, end: 12, place: page(3) },
];

describe('the places of a text', () => {
  it.each([
    [0, 'none'],
    [2, 'page 1'],
    [4, 'page 1'],
    [5, 'page 2'],
    [6, 'none'],
    [11, 'page 3'],
    [12, 'none'],
  ])('offset %i is on %s', (offset, expected) => {
    const place = placeAt(places, offset);
    expect(place ? describePlace(place) : 'none').toBe(expected);
  });

  it.each([
    [0, 2, []],
    [0, 3, [1]],
    [4, 6, [1, 2]],
    [5, 5, []],
    [6, 9, []],
    [0, 100, [1, 2, 3]],
    [11, 100, [3]],
  ])('from %i to %i there are the pages %j', (start, end, expected) => {
    expect(placesIn(places, start, end).map(({ place }) => place)).toEqual(expected.map(page));
  });

  it('agrees with a plain search on ten thousand ranges', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      start: 3 * index + 1,
      end: 3 * index + 3,
      place: page(index),
    }));
    for (let offset = 0; offset < 30_003; offset += 7) {
      const plain = many.find(({ start, end }) => start <= offset && offset < end)?.place ?? null;
      expect(placeAt(many, offset)).toEqual(plain);
    }
  });

  it.each<[Place, string]>([
    [{ kind: 'page', page: 12, label: 'iv', box: [0, 0, 1, 1] }, 'page iv (12)'],
    [{ kind: 'slide', slide: 3, part: 'notes' }, 'slide 3, notes'],
    [{ kind: 'cell', sheet: 'Data', range: 'B4:D4' }, 'sheet Data, B4:D4'],
    [{ kind: 'paragraph', paragraph: 7, part: 'body' }, 'paragraph 7'],
    [{ kind: 'paragraph', paragraph: 2, part: 'footnote' }, 'footnote 2'],
    [{ kind: 'chapter', chapter: 4, title: 'Of Whales', href: 'c4.xhtml' }, 'chapter 4, Of Whales'],
    [{ kind: 'chapter', chapter: 4, title: '', href: 'c4.xhtml' }, 'chapter 4'],
    [{ kind: 'notebookCell', cell: 5, part: 'output' }, 'cell 5, output'],
    [{ kind: 'line', line: 9, column: 2 }, 'line 9'],
  ])('%j is told in plain words', (place, expected) => {
    expect(describePlace(place)).toBe(expected);
  });
});
