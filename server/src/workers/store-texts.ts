/** Texts of the index as its reader has them: unpacked when they are asked for, those asked for last kept. */
import type { DatabaseSync } from 'node:sqlite';
import type { PlacedRange } from '../../../protocol/places';
import { decompressText } from '../index/compress-text';

/** UTF-16 units kept unpacked: the files of one question's hits, several times. */
const maxKeptPlaces = 2_000;
const maxKeptLength = 16_000_000;

export class StoreTexts {
  readonly #kept = new Map<number, string>();
  readonly #places = new Map<number, readonly PlacedRange[]>();
  #length = 0;

  constructor(private readonly database: DatabaseSync) {}

  /** Of the file whose text has the id `text`; empty for most. */
  places(file: number, text: number): readonly PlacedRange[] {
    const known = this.#places.get(text);
    if (known) return known;
    const list = this.database.prepare('SELECT list FROM places WHERE file = ?').get(file)?.['list'];
    // Written by `createWriter`.
    const places = list instanceof Uint8Array ? (JSON.parse(decompressText(list)) as readonly PlacedRange[]) : [];
    if (this.#places.size >= maxKeptPlaces) this.#places.clear();
    this.#places.set(text, places);
    return places;
  }

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
