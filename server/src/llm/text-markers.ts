/**
 * Looks for markers (`<think>`, stop words) in streamed text. A marker may be split over two deltas, so the end of
 * the text that could still become a marker is held back.
 */

/** Length of the longest end of `text` that is a proper beginning of one of the markers. */
export function heldLength(text: string, markers: readonly string[]): number {
  let held = 0;
  for (const marker of markers) {
    const longest = Math.min(marker.length - 1, text.length);
    for (let length = longest; length > held; length--) {
      if (text.endsWith(marker.slice(0, length))) held = length;
    }
  }
  return held;
}

const openMarker = '<think>';
const closeMarker = '</think>';

/** Keeps the model's thinking apart from its answer. Feed deltas to `push`, then call `finish` once. */
export class ThinkSplitter {
  #pending = '';
  #isThinking: boolean;
  #hasText = false;
  #text = '';
  #thinking = '';

  constructor(options: { readonly startsInThinking: boolean; readonly onText: (delta: string) => void }) {
    this.#isThinking = options.startsInThinking;
    this.onText = options.onText;
  }
  private readonly onText: (delta: string) => void;

  get text(): string {
    return this.#text;
  }
  get thinking(): string {
    return this.#thinking;
  }

  push(delta: string): void {
    this.#pending += delta;
    for (;;) {
      const marker = this.#isThinking ? closeMarker : openMarker;
      const at = this.#pending.indexOf(marker);
      // Only thinking at the very start is thinking: an answer may well quote the marker.
      const isMarker = at >= 0 && (this.#isThinking || (!this.#hasText && this.#pending.slice(0, at).trim() === ''));
      if (!isMarker) break;
      this.#emit(this.#pending.slice(0, at));
      this.#pending = this.#pending.slice(at + marker.length);
      this.#isThinking = !this.#isThinking;
    }
    const canOpen = this.#isThinking || !this.#hasText;
    const held = canOpen ? heldLength(this.#pending, [this.#isThinking ? closeMarker : openMarker]) : 0;
    this.#emit(this.#pending.slice(0, this.#pending.length - held));
    this.#pending = this.#pending.slice(this.#pending.length - held);
  }

  finish(): void {
    this.#emit(this.#pending);
    this.#pending = '';
  }

  #emit(part: string): void {
    if (this.#isThinking) {
      this.#thinking += part;
      return;
    }
    // Blank text before the first word is layout of the template, not part of the answer.
    const shown = this.#hasText ? part : part.trimStart();
    if (shown === '') return;
    this.#hasText = true;
    this.#text += shown;
    this.onText(shown);
  }
}
