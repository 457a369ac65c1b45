/** The committed records as a data folder, and what the published baseline makes of them. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '..', 'fixtures', 'evidence');

type Pair = readonly [start: number, end: number];

/** Offsets are code points. */
export interface ExpectedRecord {
  readonly id: string;
  readonly units: readonly Pair[];
  readonly scores: readonly number[];
  readonly keeps: readonly {
    readonly keep: number;
    readonly kept: readonly Pair[];
    readonly recall: number;
    readonly best: number;
  }[];
}

export function readExpected(): readonly ExpectedRecord[] {
  return readLines('expected.jsonl').map((line) => JSON.parse(line) as ExpectedRecord);
}

export function readRecordLines(): readonly string[] {
  return readLines('records.jsonl');
}

/** Questions with answers, and records that have none out of a text. */
export function readAnswerLines(): readonly string[] {
  return readLines('answers.jsonl');
}

function readLines(name: string): readonly string[] {
  return readFileSync(join(folder, name), 'utf8').trim().split('\n');
}

/** A new folder with `<set>.jsonl.gz` for each of the given sets. */
export function createDataFolder(sets: Readonly<Record<string, readonly string[]>>): string {
  const target = mkdtempSync(join(tmpdir(), 'longfold-evidence-'));
  for (const [set, lines] of Object.entries(sets)) {
    writeFileSync(join(target, `${set}.jsonl.gz`), gzipSync(lines.map((line) => `${line}\n`).join('')));
  }
  return target;
}
