/**
 * The passages of the index in which words stand that were cited earlier. What the index, or the screen, has of a file is its
 * text here: a file that is left out by now is not read, and offsets are those of every other passage.
 */
import type { CitedSlice } from '../../../protocol/sources';
import type { StoredChunk } from '../index/index-store';
import type { Passage } from '../retrieve/retriever';
import { toPassage } from './documents';
import { locateSlices } from './locate-slices';

/**
 * UTF-16 units of a text in which words are also looked for as they would be set anew; that takes 50 ms here, and of a longer
 * text only what stands in it to the letter is found.
 */
const maxResetLength = 400_000;

interface ShownText {
  readonly chunks: readonly StoredChunk[];
  readonly text: string;
}

/** A list a slice: one passage nearly always, two where a border lies in the words now, none where they are gone. */
export async function findPassages(
  slices: readonly CitedSlice[],
  chunksOf: (path: string) => Promise<readonly StoredChunk[]>,
): Promise<readonly (readonly Passage[])[]> {
  const files = new Map<string, ShownText>();
  for (const path of new Set(slices.map((slice) => slice.path))) {
    const chunks = await chunksOf(path);
    if (chunks.length > 0) files.set(path, { chunks, text: joinChunks(chunks) });
  }
  const wanted = slices.filter((slice) => mayBeFound(slice, files.get(slice.path)));
  const anchors = await locateSlices(wanted, async (path) => files.get(path)?.text ?? '');
  const found = new Map(
    wanted.map((slice, idx) => {
      const anchor = anchors[idx];
      const chunks = files.get(slice.path)?.chunks ?? [];
      if (anchor === undefined || anchor.kind === 'stale') return [slice, []];
      return [slice, chunks.filter((chunk) => overlaps(chunk, anchor)).map(toPassage)];
    }),
  );
  return slices.map((slice) => found.get(slice) ?? []);
}

function mayBeFound({ start, text: words }: CitedSlice, file: ShownText | undefined): boolean {
  if (file === undefined || words === '') return false;
  const { text } = file;
  return text.length <= maxResetLength || text.startsWith(words, start) || text.includes(words);
}

function overlaps(chunk: StoredChunk, range: { readonly start: number; readonly end: number }): boolean {
  return range.start < chunk.endOffset && chunk.startOffset < range.end;
}

/** The file's text again; what no chunk holds is blank. */
function joinChunks(chunks: readonly StoredChunk[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const { startOffset, text } of chunks) {
    if (startOffset > end) parts.push('\n'.repeat(startOffset - end));
    parts.push(startOffset < end ? text.slice(end - startOffset) : text);
    end = Math.max(end, startOffset + text.length);
  }
  return parts.join('');
}
