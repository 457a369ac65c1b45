/** The chunker's promises, for the tests of everything that makes chunks. */
import type { ChunkedDocument } from '../../../server/src/chunk/chunk';
import { maxChunkChars } from '../../../server/src/chunk/text-measure';

/** What breaks the chunker's contract; an empty list for a sound result. */
export function findChunkFaults(
  path: string,
  text: string,
  { chunks, definitions, references, imports }: ChunkedDocument,
): readonly string[] {
  const found: string[] = [];
  const lines = lineCounter(text);
  let last = 0;
  for (const { startOffset, endOffset, startLine, endLine } of chunks) {
    const at = `${path}:${startOffset}-${endOffset}`;
    if (startOffset < last || endOffset <= startOffset) found.push(`${at} is not apart from the one before`);
    if (endOffset - startOffset > maxChunkChars) found.push(`${at} is too long`);
    if (text.slice(last, startOffset).trim() !== '') found.push(`${at} leaves text out before it`);
    if (/[\uDC00-\uDFFF]/.test(text.charAt(startOffset)) && /[\uD800-\uDBFF]/.test(text.charAt(startOffset - 1))) {
      found.push(`${at} starts inside a character`);
    }
    if (startLine !== lines(startOffset) || endLine !== lines(endOffset - 1)) found.push(`${at} has wrong lines`);
    last = endOffset;
  }
  if (text.slice(last).trim() !== '') found.push(`${path}: text is left out at the end`);
  for (const { name, nameOffset, kind } of definitions) {
    if (kind !== 'heading' && !text.startsWith(name, nameOffset) && !text.startsWith(name, nameOffset + 1)) {
      found.push(`${path}: ${name} does not stand at ${nameOffset}`);
    }
  }
  for (const { name, offset } of references)
    if (!text.startsWith(name, offset)) found.push(`${path}: ${name} is not at ${offset}`);
  for (const { name, offset, line } of imports) {
    if (line !== lineCounter(text)(offset)) found.push(`${path}: the import of ${name} is not in line ${line}`);
  }
  return found;
}

/** Lines before an offset; offsets are asked for in order. */
function lineCounter(text: string): (offset: number) => number {
  let lines = 0;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) lines += 1;
    return lines;
  };
}
