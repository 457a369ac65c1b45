/** Token states by unit text, least recently used out first, bounded in bytes; makes a second hop cost no encoding. */
import type { TokenStates } from './late-interaction';

/** What an entry costs beside its states and text: map entry and typed array objects, measured roughly. */
const entryOverheadBytes = 400;

export class StateCache {
  readonly #entries = new Map<string, TokenStates>();
  #sizeBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(text: string): TokenStates | undefined {
    const states = this.#entries.get(text);
    if (states) {
      this.#entries.delete(text);
      this.#entries.set(text, states);
    }
    return states;
  }

  set(text: string, states: TokenStates): void {
    if (this.#entries.has(text)) return;
    const cost = costOf(text, states);
    if (cost > this.maxBytes) return;
    this.#entries.set(text, states);
    this.#sizeBytes += cost;
    for (const [oldText, oldStates] of this.#entries) {
      if (this.#sizeBytes <= this.maxBytes) break;
      this.#entries.delete(oldText);
      this.#sizeBytes -= costOf(oldText, oldStates);
    }
  }
}

function costOf(text: string, states: TokenStates): number {
  return entryOverheadBytes + 2 * text.length + states.bytes.byteLength + states.scales.byteLength;
}
