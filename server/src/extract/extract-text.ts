/** Bytes of plain text or code → a `Document`, or the reason why it is not read. Pure; a bad file is a value, not an exception. */
import { decodeText } from './decode-text';
import type { ExtractOutcome, SkipReason } from './document';
import { languageOf } from './languages';
import { looksMinified, skipByName } from './skip-by-name';

export function extractText(path: string, bytes: Uint8Array): ExtractOutcome {
  if (bytes.length === 0) return skipped('empty', 'The file is empty.');
  const byName = skipByName(path);
  if (byName) return { kind: 'skipped', ...byName };
  const decoded = decodeText(bytes);
  if (decoded.kind === 'binary') return skipped('binary', 'It is a binary file.');
  if (decoded.kind === 'badEncoding') return skipped('badEncoding', decoded.detail);
  const { text, encoding, problem } = decoded;
  if (text.trim() === '') return skipped('empty', 'The file holds white space only.');
  const language = languageOf(path);
  if (looksMinified(text, language)) return skipped('generated', 'Its very long lines say that a minifier wrote it.');
  const problems = problem === null ? [] : [problem];
  return { kind: 'document', document: { path, text, encoding, language, places: [] }, problems };
}

export function skipped(reason: SkipReason, detail: string): ExtractOutcome {
  return { kind: 'skipped', reason, detail };
}
