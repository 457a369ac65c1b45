/** Turns generated tokens into text: waits for whole characters, and ends at a stop trigger without showing it. */
import type { LlamaModel, LlamaText, Token } from 'node-llama-cpp';
import { heldLength } from '../llm/text-markers';

/** A character takes at most a few byte tokens; more than this is really a broken character. */
const maxBytesOfCharacter = 6;

export class TokenTextStream {
  isStopped = false;
  readonly #shown: Token[] = [];
  readonly #pending: Token[] = [];
  #text = '';
  readonly #stopTexts: readonly string[];
  readonly #stopTokens: readonly (readonly Token[])[];

  constructor(
    private readonly model: LlamaModel,
    triggers: readonly LlamaText[],
  ) {
    const isPlain = (trigger: LlamaText): boolean => trigger.values.every((value) => typeof value === 'string');
    this.#stopTexts = triggers.filter(isPlain).map((trigger) => trigger.toString());
    this.#stopTokens = triggers
      .filter((trigger) => !isPlain(trigger))
      .map((trigger) => trigger.tokenize(model.tokenizer))
      .filter((tokens) => tokens.length > 0);
  }

  /** Text that can be shown now; may be empty. */
  push(token: Token): string {
    this.#pending.push(token);
    const tail = [...this.#shown.slice(-8), ...this.#pending];
    const trigger = this.#stopTokens.find((stop) => endsWith(tail, stop));
    if (trigger) {
      this.#pending.splice(-trigger.length);
      this.isStopped = true;
      return this.finish();
    }
    const part = this.model.detokenize(this.#pending, false, this.#shown.slice(-8));
    if (part.endsWith('\ufffd') && this.#pending.length < maxBytesOfCharacter) return '';
    this.#accept(part);
    const stopAt = firstIndex(this.#text, this.#stopTexts);
    if (stopAt >= 0) {
      this.isStopped = true;
      return this.#take(stopAt);
    }
    return this.#take(this.#text.length - heldLength(this.#text, this.#stopTexts));
  }

  /** The text that was held back. After a stop trigger it is empty. */
  finish(): string {
    if (this.#pending.length > 0) this.#accept(this.model.detokenize(this.#pending, false, this.#shown.slice(-8)));
    return this.#take(this.#text.length);
  }

  #accept(part: string): void {
    this.#shown.push(...this.#pending);
    this.#pending.length = 0;
    this.#text += part;
  }

  #take(length: number): string {
    const part = this.#text.slice(0, length);
    this.#text = this.isStopped ? '' : this.#text.slice(length);
    return part;
  }
}

function endsWith(tokens: readonly Token[], end: readonly Token[]): boolean {
  const start = tokens.length - end.length;
  return start >= 0 && end.every((token, idx) => tokens[start + idx] === token);
}

function firstIndex(text: string, parts: readonly string[]): number {
  const found = parts.map((part) => text.indexOf(part)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : -1;
}
