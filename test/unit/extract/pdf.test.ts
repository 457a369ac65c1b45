/** PDF files: reading order, boxes, labels, tables, scripts, hyphens. */
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../protocol/places';
import { buildPdf, extract } from './extract-fixtures';
import { expectLines, facts, textOf } from './format-checks';

describe('PDF', () => {
  it('reads the left column before the right, with a box for each line', async () => {
    const outcome = await extract('two-columns.pdf');
    if (outcome.kind === 'skipped') throw new Error(outcome.detail);
    const { text, places } = outcome.document;
    const boxAt = (line: string): Place | undefined => {
      const start = text.indexOf(line);
      return places.find((range) => range.start === start)?.place;
    };
    const order = ['Lorem ipsum dolor sit amet, consectetur\n', 'Phasellus nec odio at massa', 'in sit amet lorem.'];
    const offsets = order.map((line) => text.indexOf(line));
    expect(offsets.every((offset, place) => offset > (offsets[place - 1] ?? -1))).toBe(true);
    expect(boxAt('Lorem ipsum')).toEqual({ kind: 'page', page: 1, label: '1', box: [34.3, 79.3, 286.3, 91.3] });
    expect(boxAt('in sit amet lorem.')).toMatchObject({ page: 1, box: [309, 79.3, 560.9, 91.3] });
  });

  it('names pages by their labels', async () => {
    await expectLines('page-labels.pdf', [
      'page 1: This should be page 1',
      'page 4 (2): This should be page 4',
      'page iii (4): This should be page iii',
    ]);
  });

  it('reads tables as rows', async () => {
    await expectLines('table.pdf', [
      'page 1: Treat | Quantity | Description',
      'page 1: Albatross | 2.99 | On a stick!',
      "page 1: Crunchy Frog | 1.49 | If we took the bones out, it wouldn't be crunchy, now",
    ]);
  });

  it('reads scripts of all kinds, also with fonts that are not embedded', async () => {
    const text = await textOf('multilang.pdf');
    for (const words of ['Привет, мир', '你好世界', 'こんにちは世界', 'สวัสดีชาวโลก', 'مرحبا بالعالم'])
      expect(text).toContain(words);
    expect(await textOf('crazyones.pdf')).toContain(
      'How else can you stare at an empty canvas and see a work of art? Or\nsit in',
    );
  });

  it.each([
    [
      'blank-pages.pdf',
      'pdf, plaintext; Pages 2, 4 have no text layer (scanned or blank), so nothing of it is searched.',
    ],
    ['scanned.pdf', 'noText: It has no text layer: its pages are pictures, for instance scanned, or blank.'],
    ['encrypted-file.pdf', 'encrypted: It is protected with a password.'],
  ])('%s says what is not read', async (file, expected) => {
    expect(await facts(file)).toBe(expected);
  });

  it('joins words that a line end parts, and keeps the box of each part', async () => {
    const lines = ['The compres-', 'sion of state-of-the-', 'art models is re-', 'Read by nobody.'];
    const drawn = lines.map((line, place) => `BT /F 10 Tf 50 ${700 - 12 * place} Td (${line}) Tj ET`).join('\n');
    const outcome = await extract('made.pdf', buildPdf(drawn));
    if (outcome.kind === 'skipped') throw new Error(outcome.detail);
    expect(outcome.document.text).toBe('The compression\nof state-of-the-art\nmodels is re-\nRead by nobody.\n\n');
    const tops = outcome.document.places.map(({ place }) => (place.kind === 'page' ? place.box[1] : 0));
    expect(tops).toEqual([92, 104, 104, 116, 116, 128]);
  });
});
