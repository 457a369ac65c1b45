/**
 * The file of outbound requests, one for all processes of a user: JSON Lines, readable by the owner alone. A request is
 * written when it begins and again when it ends; of two lines with one id the later counts.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OutboundLog, OutboundRecord } from '../../../protocol/network';

const maxFileBytes = 512 * 1024;
const maxRecords = 1_000;

export interface OutboundLogFile {
  /** Never throws: a full disk must not stop an answer. */
  readonly write: (record: OutboundRecord) => void;
  readonly read: () => OutboundLog;
}

export function createOutboundLog(file: string): OutboundLogFile {
  const older = `${file}.1`;
  return {
    // Before the first byte goes out, so it cannot wait for another turn of the loop; lines are short.
    write: (record) => {
      try {
        if (sizeOf(file) > maxFileBytes) renameSync(file, older);
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
      } catch {
        // What cannot be written down is not worth the question.
      }
    },
    read: () => {
      const records = new Map<string, OutboundRecord>();
      for (const record of [...readRecords(older), ...readRecords(file)]) records.set(record.id, record);
      return { file, records: [...records.values()].slice(-maxRecords) };
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** A file that is missing has no records; a line that was cut off is left out. */
function readRecords(file: string): readonly OutboundRecord[] {
  if (sizeOf(file) === 0) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => parseRecord(line) ?? []);
}

function parseRecord(line: string): OutboundRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is OutboundRecord {
  return typeof value === 'object' && value !== null && 'id' in value && 'at' in value && 'host' in value;
}
