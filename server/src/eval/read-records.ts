/**
 * Reads evidence records: `<set>.jsonl.gz`, one JSON object a line with a question, a context and the ranges of the
 * context that answer it (gold), in code points. Whatever breaks the format is named with its file and line.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FileSystem } from '../platform/ports';
import { errorMessage } from '../util/error-message';
import { EvidenceError } from './evidence-error';
import { characterOffsets, countInk, type TextRange } from './text-ranges';

export interface EvidenceRecord {
  readonly id: string;
  /** What kind of question it is, such as `single-hop` or `claim`; empty where it is not said. */
  readonly task: string;
  /** `en`, `zh` or `code`. */
  readonly lang: string;
  readonly question: string;
  readonly context: string;
  /** Code points of the context. */
  readonly length: number;
  /** What is kept or dropped whole. */
  readonly unit: 'sentence' | 'line';
  readonly gold: readonly TextRange[];
  /** Evidence that other people marked, each as good as `gold`. */
  readonly alternatives: readonly (readonly TextRange[])[];
  /** What people answered, in their words or the context's; a claim has its label and code its function's name. */
  readonly answers: readonly string[];
  /** Changes with anything in the record. */
  readonly hash: string;
}

const suffix = '.jsonl.gz';

/** The names of the sets in a folder, sorted. @throws FileError */
export async function listSets(fileSystem: FileSystem, folder: string): Promise<readonly string[]> {
  const entries = await fileSystem.listFolder(folder);
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(suffix));
  return names.map((name) => name.slice(0, -suffix.length)).sort();
}

/** @throws EvidenceError, FileError */
export async function readRecords(
  fileSystem: FileSystem,
  folder: string,
  set: string,
): Promise<readonly EvidenceRecord[]> {
  const file = join(folder, set + suffix);
  const bytes = await unpack(file, await fileSystem.readBytes(file));
  const records: EvidenceRecord[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start);
    const stop = found < 0 ? bytes.length : found;
    line++;
    if (stop > start) records.push(readLine(bytes.subarray(start, stop), `${file}, line ${line}`));
    start = stop + 1;
  }
  if (records.length === 0) throw new EvidenceError('damaged', `${file} has no records.`);
  return records;
}

const newline = 0x0a;

async function unpack(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw new EvidenceError('damaged', `${file} cannot be unpacked (${errorMessage(error)}); fetch it again.`);
  }
}

function readLine(bytes: Uint8Array, where: string): EvidenceRecord {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return parseRecord(value, createHash('sha256').update(bytes).digest('hex'));
  } catch (error) {
    throw new EvidenceError('damaged', `${where} is not an evidence record: ${errorMessage(error)}`);
  }
}

function parseRecord(value: unknown, hash: string): EvidenceRecord {
  if (typeof value !== 'object' || value === null) throw new Error('it is no object.');
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const text = (name: string): string => {
    const field = fields[name];
    if (typeof field === 'string') return field;
    throw new Error(`"${name}" is no text.`);
  };
  const context = text('context');
  const offsets = characterOffsets(context);
  const gold = parseRanges(fields['gold'], 'gold', context, offsets);
  const others = fields['alt_gold'] ?? [];
  if (!Array.isArray(others)) throw new Error('"alt_gold" is no list.');
  return {
    id: text('id'),
    task: typeof fields['task'] === 'string' ? fields['task'] : '',
    lang: text('lang'),
    question: text('question'),
    context,
    length: offsets.length - 1,
    unit: ['sentence', 'span'].includes(text('gold_unit')) ? 'sentence' : 'line',
    gold,
    alternatives: others.map((ranges) => parseRanges(ranges, 'alt_gold', context, offsets)),
    answers: parseAnswers(fields['answers'] ?? []),
    hash,
  };
}

/** A list of [start, end] in code points, with something to find in them. */
function parseRanges(value: unknown, name: string, context: string, offsets: Uint32Array): readonly TextRange[] {
  const ranges = toList(value).map((pair): TextRange => {
    const [first, last] = toList(pair);
    const [start, end] = [placeOf(first, offsets), placeOf(last, offsets)];
    if (start === undefined || end === undefined || start >= end) {
      throw new Error(`"${name}" has a range outside the context: ${JSON.stringify(pair)}.`);
    }
    return { start, end };
  });
  if (ranges.every((range) => countInk(context, range) === 0)) throw new Error(`"${name}" marks no text.`);
  return ranges;
}

function parseAnswers(value: unknown): readonly string[] {
  const answers: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  if (!answers?.every((answer) => typeof answer === 'string')) throw new Error('"answers" is no list of texts.');
  return answers.filter((answer) => answer.trim() !== '');
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function placeOf(value: unknown, offsets: Uint32Array): number | undefined {
  return typeof value === 'number' ? offsets[value] : undefined;
}
