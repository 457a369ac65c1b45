/**
 * The window to ask Ollama for. It costs memory: for each token the keys and values of every layer, in 16 bits. What the
 * machine has free decides, because a window that does not fit makes Ollama fail, or swap.
 */
import { leastWindowTokens } from './model-record';

export interface WindowFacts {
  /** 0: unknown. */
  readonly trainedTokens: number;
  /** Null: the server does not say enough about the model. */
  readonly bytesPerToken: number | null;
  /** What the model's weights will take; 0 when they are loaded already. */
  readonly weightBytes: number;
  /** Null: not measurable, as on another machine. */
  readonly freeBytes: number | null;
}

/** Larger windows are for who asks for them: on a processor they take minutes to read. */
const mostTokens = 16_384;
/** Of the free memory; the rest is for scratch buffers and for everyone else. */
const usableShare = 0.8;

export function chooseWindow({ trainedTokens, bytesPerToken, weightBytes, freeBytes }: WindowFacts): number {
  let window = Math.min(mostTokens, trainedTokens || mostTokens);
  if (bytesPerToken === null || freeBytes === null) return window;
  const room = freeBytes * usableShare - weightBytes;
  while (window * bytesPerToken > room && window / 2 >= leastWindowTokens) window = Math.floor(window / 2);
  return window;
}

/** Bytes of keys and values for one token, from the GGUF keys that `/api/show` repeats; null where some are missing. */
export function kvBytesPerToken(info: Readonly<Record<string, unknown>>): number | null {
  const of = (key: string): number => toNumber(info[`${String(info['general.architecture'])}.${key}`]);
  const layers = of('block_count');
  const heads = of('attention.head_count');
  const keyValueHeads = of('attention.head_count_kv') || heads;
  const width = of('embedding_length') / heads;
  const bytes =
    layers * keyValueHeads * ((of('attention.key_length') || width) + (of('attention.value_length') || width)) * 2;
  return Number.isFinite(bytes) && bytes > 0 ? bytes : null;
}

/** Some models give one number a layer. */
function toNumber(value: unknown): number {
  if (Array.isArray(value)) return Math.max(0, ...value.filter((item): item is number => typeof item === 'number'));
  return typeof value === 'number' ? value : 0;
}
