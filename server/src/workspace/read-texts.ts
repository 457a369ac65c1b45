/** Texts of single files, as the index would have them, and paths as it names them. */
import { relative, sep } from 'node:path';
import { extractText } from '../extract/extract-text';
import { formatOf } from '../extract/format-of';
import { FileError, type FileSystem } from '../platform/ports';
import { errorMessage } from '../util/error-message';
import type { Extractor } from './extractor';

/** The decoded text of a file as the index would have it. @throws FileError with one sentence */
export async function readText(fileSystem: FileSystem, extractor: Extractor, path: string): Promise<string> {
  const bytes = await fileSystem.readBytes(path);
  const outcome =
    formatOf(path, bytes) === 'text'
      ? extractText(path, bytes)
      : await extractor.readDocument({ path, bytes }, new AbortController().signal);
  if (outcome.kind === 'document') return outcome.document.text;
  throw new FileError('other', path, `${path} cannot be read as text. ${outcome.detail}`);
}

/** Each file once; one sentence for each that cannot be read. */
export async function readTexts(
  fileSystem: FileSystem,
  extractor: Extractor,
  files: readonly string[],
): Promise<{ readonly texts: readonly { path: string; text: string }[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const texts: { path: string; text: string }[] = [];
  for (const path of new Set(files)) {
    try {
      texts.push({ path, text: await readText(fileSystem, extractor, path) });
    } catch (error) {
      problems.push(errorMessage(error));
    }
  }
  return { texts, problems };
}

/** With forward slashes; what lies outside the root is left out. */
export function relativePaths(root: string, paths: readonly string[]): readonly string[] {
  const inside = paths.map((path) => relative(root, path)).filter((path) => path !== '' && !path.startsWith('..'));
  return inside.map((path) => path.split(sep).join('/'));
}
