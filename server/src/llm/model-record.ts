/**
 * What is known of one model of a host for longer than one question: the window that was asked for, how dense text is
 * for its tokeniser, how fast it reads and writes, and until when it is still at work for a call that was dropped.
 */
import type { ModelSpeed } from './chat-model';
import { TokenBound } from './token-bound';

/** Shorter prompts say more about the round trip than about the speed. */
const minTimedTokens = 64;
/** Replies shorter than this are not timed. */
const minTimedReplyTokens = 8;
/** A full window must be read within this time, so that a step of a long reading stays a matter of minutes. */
const longestReadingMs = 240_000;
/** Below this a window holds no question with its evidence. */
export const leastWindowTokens = 2_048;

export class ModelRecord {
  readonly bound = new TokenBound();
  /** Asked for once and then kept: a change would load the model anew. */
  windowTokens: number | undefined;
  /** The model thinks before it answers. */
  hasThought = false;
  #busyUntilMs = 0;
  readonly #promptMs: number[] = [];
  readonly #writingMs: number[] = [];

  get speed(): ModelSpeed | null {
    const promptMs = this.promptTokenMs;
    if (promptMs === null) return null;
    const writingMs = this.#writingMs.length > 0 ? Math.max(...this.#writingMs) : null;
    return {
      promptTokensPerSecond: 1_000 / promptMs,
      completionTokensPerSecond: writingMs === null ? null : 1_000 / writingMs,
    };
  }

  /** The slowest of what was seen: a prompt whose beginning the host remembered seems faster than it is. */
  get promptTokenMs(): number | null {
    return this.#promptMs.length > 0 ? Math.max(...this.#promptMs) : null;
  }

  /** `tokens` were read in `durationMs`; those that the host remembered are not among them where it says so. */
  sawReading(tokens: number, durationMs: number): void {
    if (tokens >= minTimedTokens) keepRecent(this.#promptMs, durationMs / tokens);
  }

  sawWriting(tokens: number, durationMs: number): void {
    if (tokens >= minTimedReplyTokens) keepRecent(this.#writingMs, durationMs / tokens);
  }

  /** The part of a window that this host reads in a few minutes. */
  readableTokens(windowTokens: number): number {
    const promptMs = this.promptTokenMs;
    if (promptMs === null) return windowTokens;
    return Math.min(windowTokens, Math.max(leastWindowTokens, Math.floor(longestReadingMs / promptMs)));
  }

  /** A call was dropped while the host was reading: some hosts go on to the end of the prompt. */
  dropped(promptTokens: number, elapsedMs: number, nowMs: number): void {
    const remainingMs = promptTokens * (this.promptTokenMs ?? 0) - elapsedMs;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs + remainingMs);
  }

  /** Milliseconds for which the host is probably still at work for a dropped call. */
  busyMs(nowMs: number): number {
    return Math.max(0, this.#busyUntilMs - nowMs);
  }

  answered(): void {
    this.#busyUntilMs = 0;
  }
}

function keepRecent(values: number[], value: number): void {
  if (!Number.isFinite(value) || value <= 0) return;
  values.push(value);
  if (values.length > 5) values.shift();
}
