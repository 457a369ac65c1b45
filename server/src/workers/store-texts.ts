/** Texts of the index as its reader has them: unpacked when they are asked for, those asked for last kept. */
import type { DatabaseSync } from 'node:sqlite';
import { decompressText } from '../index/compress-text';

/** UTF-16 units kept unpacked: the files of one question's hits, several times. */
const maxKeptLength = 16_000_000;

export class StoreTexts {
  readonly #kept = new Map<number, string>();
  #length = 0;

  constructor(private readonly database: DatabaseSync) {}

  /** Empty where the text has been replaced since its id was read. */
  get(id: number): string {
    const known = this.#kept.get(id);
    if (known !== undefined) {
      this.#kept.delete(id);
      this.#kept.set(id, known);
      return known;
    }
    const body = this.database.prepare('SELECT body FROM texts WHERE id = ?').get(id)?.['body'];
    if (!(body instanceof Uint8Array)) return '';
    const text = decompressText(body);
    this.#kept.set(id, text);
    this.#length += text.length;
    for (const [oldest, old] of this.#kept) {
      if (this.#length <= maxKeptLength || oldest === id) break;
      this.#kept.delete(oldest);
      this.#length -= old.length;
    }
    return text;
  }
}
