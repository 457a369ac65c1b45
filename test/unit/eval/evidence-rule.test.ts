/** Units, BM25, budget and recall equal those of the published baseline, so that figures compare with its table. */
import { beforeAll, expect, test } from 'vitest';
import { cutEvidenceUnits, textWithHeading } from '../../../server/src/eval/evidence-units';
import { keepBest } from '../../../server/src/eval/keep-best';
import { readRecords, type EvidenceRecord } from '../../../server/src/eval/read-records';
import { recall, wilsonInterval } from '../../../server/src/eval/recall';
import { scoreReferenceBm25 } from '../../../server/src/eval/reference-bm25';
import { countCharacters, type TextRange } from '../../../server/src/eval/text-ranges';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createDataFolder, readExpected, readRecordLines } from '../../support/evidence-fixtures';

const expected = readExpected();
let records: readonly EvidenceRecord[];
beforeAll(async () => {
  records = await readRecords(createNodeFileSystem(), createDataFolder({ own: readRecordLines() }), 'own');
});

/** With the offsets that the baseline has. */
function toCharacters(context: string, ranges: readonly TextRange[]): readonly (readonly number[])[] {
  const place = (offset: number): number => countCharacters(context, { start: 0, end: offset });
  return ranges.map(({ start, end }) => [place(start), place(end)]);
}

function scoresOf(record: EvidenceRecord): Float64Array {
  const { units, headings } = cutEvidenceUnits(record);
  const texts = units.map((unit) => textWithHeading(record.context, headings, unit));
  return scoreReferenceBm25(record.question, texts, record.lang);
}

test('every record is read, with its offsets in UTF-16', () => {
  expect(records.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  const [lamp] = records;
  expect(lamp?.context.slice(lamp.gold[0]?.start, lamp.gold[0]?.end)).toBe(
    'Mr. Tamsin Ofori keeps the lamp since 1987.',
  );
});

test('units are cut as the baseline cuts them', () => {
  records.forEach((record, place) => {
    const { units } = cutEvidenceUnits(record);
    expect(toCharacters(record.context, units), record.id).toEqual(expected[place]?.units);
  });
});

test('BM25 scores equal those of the baseline', () => {
  records.forEach((record, place) => {
    const scores = scoresOf(record);
    const wanted = expected[place]?.scores ?? [];
    expect(scores.length).toBe(wanted.length);
    scores.forEach((score, unit) => expect(Math.abs(score - (wanted[unit] ?? NaN)), record.id).toBeLessThan(1e-9));
  });
});

test('what is kept at a budget and its recall equal those of the baseline', () => {
  records.forEach((record, place) => {
    const { units } = cutEvidenceUnits(record);
    const scores = scoresOf(record).map((score) => Number(score.toFixed(9)));
    for (const { keep, kept: wanted, recall: wantedRecall, best } of expected[place]?.keeps ?? []) {
      const kept = keepBest(record.context, units, scores, (keep / 100) * record.length);
      expect(toCharacters(record.context, kept), `${record.id} at ${keep}`).toEqual(wanted);
      expect(recall(record.context, record.gold, kept)).toBeCloseTo(wantedRecall, 12);
      const golds = [record.gold, ...record.alternatives];
      expect(Math.max(...golds.map((gold) => recall(record.context, gold, kept)))).toBeCloseTo(best, 12);
    }
  });
});

test('the best unit is kept even when it is larger than the budget; one that does not fit is skipped', () => {
  const context = 'aaaaaaaaaa bbbbb ccc';
  const units = [
    { start: 0, end: 10 },
    { start: 11, end: 16 },
    { start: 17, end: 20 },
  ];
  expect(keepBest(context, units, [3, 2, 1], 1)).toEqual([units[0]]);
  expect(keepBest(context, units, [3, 2, 1], 13)).toEqual([units[0], units[2]]);
  expect(keepBest(context, units, [1, 1, 1], 15)).toEqual([units[0], units[1]]);
});

test('long runs of stops and lines without one are cut in linear time', () => {
  const long = `${'.'.repeat(200_000)}x ${'word '.repeat(100_000)}${'\nno stop here'.repeat(20_000)}`;
  const startedMs = performance.now();
  const { units } = cutEvidenceUnits({ context: long, lang: 'en', unit: 'sentence' });
  expect(units.length).toBe(20_001);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('the interval of a share is known near its ends too', () => {
  const { low, high } = wilsonInterval(59, 200);
  expect(low).toBeCloseTo(0.2361, 4);
  expect(high).toBeCloseTo(0.3616, 4);
  expect(wilsonInterval(0, 10).low).toBe(0);
  expect(wilsonInterval(10, 10).high).toBe(1);
});
