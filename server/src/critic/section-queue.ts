/**
 * Hands sections to workers in order. A section that a worker has read before goes to that worker again, whose cache
 * holds its states; a new one goes to whoever is free. Who reads what does not change any label.
 */
import type { LabelledContext } from './critic';
import type { Section } from './critic-sections';

/** Characters of one batch: about 100 ms of one worker's time. */
const batchLength = 1500;
const maxOwners = 50_000;

export interface CompletedContext {
  readonly index: number;
  readonly parts: readonly LabelledContext[];
}

export class SectionQueue {
  readonly #unowned: Section[] = [];
  readonly #owned: readonly Section[][];
  readonly #parts: LabelledContext[][];
  readonly #missing: number[];
  #next = 0;
  readonly #nextOwned: number[];

  constructor(
    contexts: readonly (readonly Section[])[],
    private readonly owners: Map<string, number>,
    workers: number,
  ) {
    const owned: Section[][] = Array.from({ length: workers }, () => []);
    for (const section of contexts.flat()) {
      const owner = owners.get(keyOf(section.text));
      (owner === undefined ? this.#unowned : (owned[owner] ?? this.#unowned)).push(section);
    }
    this.#owned = owned;
    this.#nextOwned = owned.map(() => 0);
    this.#parts = contexts.map(() => []);
    this.#missing = contexts.map((sections) => sections.length);
  }

  /** The next batch for a worker; empty where nothing is left for it. */
  take(worker: number): readonly Section[] {
    const batch: Section[] = [];
    for (let length = 0; length < batchLength;) {
      const section = this.#takeOne(worker);
      if (!section) break;
      length += section.text.length;
      batch.push(section);
    }
    return batch;
  }

  /** Takes a batch's labels in; returns the contexts that are whole now. */
  complete(batch: readonly Section[], labelled: readonly LabelledContext[]): readonly CompletedContext[] {
    const whole: CompletedContext[] = [];
    batch.forEach(({ context, place }, index) => {
      const parts = this.#parts[context];
      const part = labelled[index];
      if (!parts || !part) return;
      parts[place] = part;
      const missing = (this.#missing[context] ?? 1) - 1;
      this.#missing[context] = missing;
      if (missing === 0) whole.push({ index: context, parts });
    });
    return whole;
  }

  /** Whichever of the worker's own next section and the next new one comes first in the request. */
  #takeOne(worker: number): Section | undefined {
    const place = this.#nextOwned[worker] ?? 0;
    const own = this.#owned[worker]?.[place];
    const fresh = this.#unowned[this.#next];
    if (own && (!fresh || isBefore(own, fresh))) {
      this.#nextOwned[worker] = place + 1;
      return own;
    }
    if (!fresh) return undefined;
    this.#next++;
    this.#own(fresh, worker);
    return fresh;
  }

  #own(section: Section, worker: number): void {
    this.owners.set(keyOf(section.text), worker);
    if (this.owners.size <= maxOwners) return;
    for (const oldest of this.owners.keys()) {
      this.owners.delete(oldest);
      break;
    }
  }
}

function isBefore(left: Section, right: Section): boolean {
  return left.context === right.context ? left.place < right.place : left.context < right.context;
}

/** Length and two 32-bit hashes; a clash would only send a section to a worker that has to read it. */
function keyOf(text: string): string {
  let [first, second] = [0x811c9dc5, 5381];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second, 33) + unit;
  }
  return `${text.length}:${first >>> 0}:${second >>> 0}`;
}
