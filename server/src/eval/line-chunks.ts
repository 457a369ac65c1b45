/** The published baseline of repo-qa: BM25 over chunks of 30 lines of all Python files, none of them across two files. */
import { lineRanges, type FileSlice } from './gold-lines';
import { indexReferenceBm25 } from './reference-bm25';

const chunkLines = 30;

export interface RankedSlice extends FileSlice {
  readonly text: string;
}

/** Which files of a repository the baseline reads. */
export function isBaselineFile(path: string): boolean {
  return path.endsWith('.py');
}

/** A question → all chunks, best first; equal ones in the order of the files. */
export function rankLineChunks(texts: ReadonlyMap<string, string>): (question: string) => readonly RankedSlice[] {
  const chunks = [...texts].filter(([path]) => isBaselineFile(path)).flatMap(([path, text]) => cutLines(path, text));
  const score = indexReferenceBm25(
    chunks.map(({ text }) => text),
    'code',
  );
  return (question) => {
    const scores = score(question);
    const places = chunks.map((_, place) => place);
    places.sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || left - right);
    return places.flatMap((place) => chunks[place] ?? []);
  };
}

function cutLines(path: string, text: string): readonly RankedSlice[] {
  const lines = lineRanges(text);
  const chunks: RankedSlice[] = [];
  for (let first = 0; first < lines.length; first += chunkLines) {
    const start = lines[first]?.start ?? 0;
    const end = lines[Math.min(first + chunkLines, lines.length) - 1]?.end ?? text.length;
    chunks.push({ path, start, end, text: text.slice(start, end) });
  }
  return chunks;
}
