/** The text that tables are found in, put together from passages with gaps and overlaps. */
import { expect, test } from 'vitest';
import { findTables } from '../../../server/src/compute/find-tables';
import { joinPassages } from '../../../server/src/compute/join-passages';
import { numericDocument } from '../../support/numeric-questions';

test('passages give the text back at its own offsets, and the same tables', async () => {
  for (const file of ['formats/currency.xlsx', 'numbers/cash-flow.html', 'numbers/planets.csv']) {
    const { path, text, places } = await numericDocument(file);
    const cut = (start: number, end: number) => {
      const inside = places.filter((placed) => placed.start < end && placed.end > start);
      const body = { path, startOffset: start, endOffset: end, text: text.slice(start, end), places: inside };
      return { ...body, startLine: 0, endLine: 0, heading: '', score: 1, sources: [] };
    };
    const border = text.indexOf('\n', text.length / 2);
    const parts = [cut(border + 1, text.length), cut(0, 30), cut(20, border), cut(25, 40)];
    const joined = joinPassages(parts);
    if (joined === null) throw new Error(`${file} is empty.`);
    expect(joined.text).toBe(text);
    expect(joined.places).toEqual(places);
    expect(findTables([joined])).toEqual(findTables([{ path, text, places }]));
  }
  expect(joinPassages([])).toBeNull();
});
