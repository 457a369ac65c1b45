/**
 * The neighbours of places, found inside the store's worker: each takes dozens of look-ups, which as messages would cost
 * more than the answers. Bounded by a number of look-ups and not by time, so that the same index gives the same neighbours.
 */
import type { CodePlace, Neighbour } from '../index/index-store';
import { neighboursOf, type SymbolSource } from '../retrieve/symbol-graph';
import {
  createUsesReader,
  isHeldByMore,
  readDefinitions,
  readImports,
  readNamesIn,
  readReferences,
} from './store-names';
import { readChunkAt, type StoreFile } from './store-reader';

/** A name that more chunks hold is no way from one place to another. */
const maxChunksOfName = 400;
const maxFilesOfName = 8;
/** For all places of a call; what one costs is bounded, too. */
const maxLookUps = 200;

export async function readNeighbours(
  file: StoreFile,
  places: readonly CodePlace[],
  limit: number,
): Promise<readonly (readonly Neighbour[])[]> {
  const { signal } = new AbortController();
  const source = localSource(file);
  const found: (readonly Neighbour[])[] = [];
  for (const place of places) found.push(await neighboursOf(place, source, { limit, signal }));
  return found;
}

/** After its last look-up it knows of nothing more. */
function localSource(file: StoreFile): SymbolSource {
  const readUses = createUsesReader(file);
  let left = maxLookUps;
  const lookUp = <Answer>(read: () => Answer, otherwise: Answer): Promise<Answer> =>
    Promise.resolve(left-- > 0 ? read() : otherwise);
  return {
    definitions: (name, limit) => lookUp(() => readDefinitions(file, name, limit), []),
    references: (name, limit, near) =>
      lookUp(() => {
        const bounds = { near, maxFiles: maxFilesOfName };
        return isHeldByMore(file, name, maxChunksOfName)
          ? []
          : readReferences(file, name, limit, bounds, readUses).places;
      }, []),
    importsOf: (path) => lookUp(() => readImports(file, path), []),
    namesIn: (path, start, end) =>
      lookUp(() => readNamesIn(file, path, start, end, readUses), { definitions: [], references: [] }),
    chunkAt: (path, offset) => lookUp(() => readChunkAt(file, path, offset, false), null),
  };
}
