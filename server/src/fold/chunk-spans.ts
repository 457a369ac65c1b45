/** Prepares texts for a fold: counts each in the model's tokens and splits what is longer than a chunk. */
import type { EvidenceSpan } from '../../../protocol/evidence';
import { throwIfCancelled } from '../util/cancelled';
import type { ChunkSpan } from './chunk-reader';
import { formatSpan } from './fold-prompts';

export type CountTokens = (text: string) => Promise<number>;

/** Parts keep their span's id and say at which line they begin. */
export async function toChunkSpans(
  evidence: readonly EvidenceSpan[],
  maxTokens: number,
  count: CountTokens,
  signal: AbortSignal,
): Promise<readonly ChunkSpan[]> {
  const spans: ChunkSpan[] = [];
  for (const span of evidence) {
    spans.push(...(await splitSpan(span, maxTokens, count)));
    throwIfCancelled(signal);
  }
  return spans;
}

export type SplitText = Pick<EvidenceSpan, 'id' | 'path' | 'startLine' | 'text'>;

export function splitSpan(span: SplitText, maxTokens: number, count: CountTokens): Promise<readonly ChunkSpan[]> {
  return splitPart(span, 0, span.text.length, span.startLine, maxTokens, count);
}

async function splitPart(
  span: SplitText,
  start: number,
  end: number,
  line: number,
  maxTokens: number,
  count: CountTokens,
): Promise<readonly ChunkSpan[]> {
  const text = span.text.slice(start, end);
  const part = { id: span.id, place: `${span.path}:${line}`, text, start };
  const tokens = (await count(formatSpan({ ...part, tokens: 0 }))) + 2;
  if (tokens <= maxTokens || text.length < 32) return [{ ...part, tokens }];
  const cut = cutPoint(text);
  const lines = text.slice(0, cut).match(/\r\n|\n|\r/g)?.length ?? 0;
  return [
    ...(await splitPart(span, start, start + cut, line, maxTokens, count)),
    ...(await splitPart(span, start + cut, end, line + lines, maxTokens, count)),
  ];
}

/** The line end, sentence end or white space nearest before two thirds; in text without any, the middle. */
function cutPoint(text: string): number {
  const low = Math.floor(text.length / 3);
  const middle = text.slice(low, Math.floor((text.length * 2) / 3));
  for (const end of [/\n/g, /[.!?]\s/g, /[。！？；]/g, /\s/g]) {
    const match = [...middle.matchAll(end)].at(-1);
    if (match !== undefined) return low + match.index + match[0].length;
  }
  const half = Math.floor(text.length / 2);
  const isInPair = /[\ud800-\udbff]/.test(text.charAt(half - 1));
  return isInPair ? half + 1 : half;
}
