/**
 * The windows of QwenLong-CPRS: system and user segment in front, then as many tokens of the context as fit, without
 * overlap. Every token of the context stands in exactly one window. The official server decodes a window and encodes
 * it again, and loses the end of a sentence that no window holds; here the ids go in as they are, cut where they must.
 */
import type { TokenizedText } from '../../tokens/tokenizer';
import type { ByteBpe } from './byte-bpe';

export interface CprsWindowOptions {
  /** Tokens of a window, with prompt and question inside; 8,192 for the published model. */
  readonly windowTokens: number;
  /** Cuts text with Chinese in it at the ends of sentences, as the official server does by default. */
  readonly isCutAtSentences: boolean;
  /** What stands behind is not read; 2,048,000 for the official server. */
  readonly maxDocumentTokens: number;
}

/** The tokens of a context; window `i` ends before token `windowEnds[i]`. */
export interface CutContext extends TokenizedText {
  readonly windowEnds: readonly number[];
}

/** Below this share of a window a long question would make the context a string of scraps, each at a window's price. */
const minContextShare = 1 / 16;

/** System and user segment, and the mark that opens the context. Names of marks inside the texts are ordinary text. */
export function encodePrefix(tokenizer: ByteBpe, prompt: string, question: string): Int32Array {
  const open = tokenizer.specialId('<|im_start|>');
  const close = tokenizer.specialId('<|im_end|>');
  const segment = (role: string, text: string): readonly number[] => [
    open,
    ...tokenizer.encode(`${role}\n${text}`).ids,
    close,
    ...tokenizer.encode('\n').ids,
  ];
  const context = [open, ...tokenizer.encode('context\n').ids];
  return Int32Array.from([...segment('system', prompt), ...segment('user', question), ...context]);
}

/** Tokens of context that fit behind the prefix. */
export function contextRoom(prefixTokens: number, windowTokens: number): number {
  const room = windowTokens - prefixTokens;
  if (room >= windowTokens * minContextShare) return room;
  throw new Error(
    `Instruction and question take ${prefixTokens} of the ${windowTokens} tokens that the critic reads at once; shorten them.`,
  );
}

export function cutContext(tokenizer: ByteBpe, source: string, room: number, options: CprsWindowOptions): CutContext {
  const text = cutDocument(tokenizer, source, options.maxDocumentTokens);
  const parts =
    options.isCutAtSentences && /[\u4e00-\u9fff]/.test(text)
      ? groupSentences(tokenizer, text, room)
      : [{ start: 0, end: text.length }];
  const tokens = parts.map(({ start, end }) => ({ start, ...tokenizer.encode(text.slice(start, end)) }));
  const size = tokens.reduce((sum, { ids }) => sum + ids.length, 0);
  const [ids, starts, ends] = [new Int32Array(size), new Uint32Array(size), new Uint32Array(size)];
  const windowEnds: number[] = [];
  let first = 0;
  for (const part of tokens) {
    const move = (place: number): number => place + part.start;
    ids.set(part.ids, first);
    starts.set(part.starts.map(move), first);
    ends.set(part.ends.map(move), first);
    const stop = first + part.ids.length;
    for (let end = first + room; end < stop; end += room) windowEnds.push(end);
    if (stop > first) windowEnds.push(stop);
    first = stop;
  }
  return { ids, starts, ends, windowEnds };
}

/** The text before the first token that is too many. */
function cutDocument(tokenizer: ByteBpe, text: string, maxTokens: number): string {
  // No text has more tokens than bytes, and a UTF-16 unit has three bytes at most.
  if (3 * text.length <= maxTokens) return text;
  const { starts } = tokenizer.encode(text);
  return starts.length > maxTokens ? text.slice(0, starts[maxTokens]) : text;
}

interface Part {
  readonly start: number;
  readonly end: number;
}

/** Whole sentences whose token counts add up to the room at most; a longer sentence stands alone and is cut later. */
function groupSentences(tokenizer: ByteBpe, text: string, room: number): readonly Part[] {
  const groups: Part[] = [];
  let [start, taken] = [0, 0];
  for (const sentence of cutSentences(text)) {
    const size = tokenizer.encode(text.slice(sentence.start, sentence.end)).ids.length;
    if (taken + size > room && sentence.start > start) {
      groups.push({ start, end: sentence.start });
      [start, taken] = [sentence.start, 0];
    }
    taken += size;
  }
  return start < text.length ? [...groups, { start, end: text.length }] : groups;
}

/** The server's ends of sentences, a closing quotation mark, line ends and spaces behind included. */
const sentenceEnd = /(?:[。！？]”?|[.\n|”])[\n ]*/g;

function* cutSentences(text: string): Generator<Part> {
  let start = 0;
  for (const match of text.matchAll(sentenceEnd)) {
    const end = match.index + match[0].length;
    yield { start, end };
    start = end;
  }
  if (start < text.length) yield { start, end: text.length };
}
