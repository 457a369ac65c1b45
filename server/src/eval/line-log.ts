/**
 * Finished records as JSON Lines, so that a stopped evaluation goes on where it was. Lines of other evaluations stay and
 * are passed over.
 */
import { FileError, type FileSystem } from '../platform/ports';
import { EvidenceError } from './evidence-error';

export interface LineLog<Line> {
  /** Those that were there when the log was opened. */
  readonly lines: readonly Line[];
  add(lines: readonly Line[]): Promise<void>;
}

/** Without a file nothing is kept. @throws EvidenceError, FileError */
export async function openLineLog<Line>(
  fileSystem: FileSystem,
  file: string | undefined,
  isLine: (value: unknown) => value is Line,
): Promise<LineLog<Line>> {
  const text = file === undefined ? '' : await readIfThere(fileSystem, file);
  let isOpenLine = text !== '' && !text.endsWith('\n');
  return {
    lines: parseLog(text, file ?? '', isLine),
    async add(added) {
      if (file === undefined || added.length === 0) return;
      const lines = added.map((line) => `${JSON.stringify(line)}\n`).join('');
      await fileSystem.appendText(file, isOpenLine ? `\n${lines}` : lines);
      isOpenLine = false;
    },
  };
}

async function readIfThere(fileSystem: FileSystem, file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await fileSystem.readBytes(file));
  } catch (error) {
    if (FileError.is(error, 'notFound')) return '';
    throw error;
  }
}

/** A line cut by a crash is passed over; a file of something else is refused before anything is added to it. */
function parseLog<Line>(text: string, file: string, isLine: (value: unknown) => value is Line): readonly Line[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const results = lines.map(parseLine).filter(isLine);
  if (lines.length > 0 && results.length === 0) {
    throw new EvidenceError('damaged', `${file} has no results of this evaluation; name another file to go on from.`);
  }
  return results;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Of a line that may hold anything; none where it is no object. */
export function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
