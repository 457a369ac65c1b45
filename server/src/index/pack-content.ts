/** A document's text and structure as bytes: one transfer between threads instead of many cloned objects. */
import { deserialize, serialize } from 'node:v8';
import type { PlacedRange } from '../../../protocol/places';
import type { ChunkedDocument } from '../chunk/chunk';

export interface IndexContent {
  readonly text: string;
  readonly content: ChunkedDocument;
  readonly places: readonly PlacedRange[];
}

/** The result owns its buffer, so it may be transferred. */
export function packContent(content: IndexContent): Uint8Array<ArrayBuffer> {
  return new Uint8Array(serialize(content));
}

/** For bytes that `packContent` made in this process; nothing else is ever passed. */
export function unpackContent(bytes: Uint8Array): IndexContent {
  return deserialize(bytes) as IndexContent;
}
