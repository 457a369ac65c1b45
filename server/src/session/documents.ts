/** The indexed documents themselves, in reading order and without a search, out of the index. */
import type { DocumentSource } from '../answer/ports';
import type { IndexStore, StoredChunk } from '../index/index-store';
import type { Passage } from '../retrieve/retriever';

/** Places of a name that are worth reading: it is defined in few, and its first uses show how. */
const [maxDefinitions, maxUses] = [6, 6];

type Store = Pick<IndexStore, 'files' | 'chunksOf' | 'definitions' | 'references' | 'chunkAt'>;

export function createDocuments(store: Store): DocumentSource {
  return {
    async list(paths) {
      const files =
        paths.length === 0
          ? await store.files()
          : (await Promise.all(paths.map((path) => store.files(clean(path))))).flat();
      const byPath = new Map(files.map((file) => [file.path, file]));
      return [...byPath.values()]
        .filter((file) => file.chunks > 0)
        .map(({ path, chunks, tokens, contentHash }) => ({ path, chunks, tokens, contentHash: contentHash ?? '' }));
    },
    async passages(path) {
      const chunks = await store.chunksOf(path);
      if (chunks.length > 0) return chunks.map(toPassage);
      // A model names files as people do: by their end.
      const wanted = `/${clean(path).toLowerCase()}`;
      const found = (await store.files()).find(
        (file) => file.chunks > 0 && `/${file.path.toLowerCase()}`.endsWith(wanted),
      );
      return found === undefined ? [] : (await store.chunksOf(found.path)).map(toPassage);
    },
    async symbol(name) {
      const [definitions, uses] = await Promise.all([
        store.definitions(name, maxDefinitions),
        store.references(name, maxUses),
      ]);
      const places = [
        ...definitions.map(({ path, nameOffset }) => ({ path, offset: nameOffset })),
        ...uses.places.map(({ path, offset }) => ({ path, offset })),
      ];
      const chunks = await Promise.all(places.map(({ path, offset }) => store.chunkAt(path, offset)));
      const byId = new Map(chunks.flatMap((chunk) => (chunk === null ? [] : [[chunk.id, chunk] as const])));
      return [...byId.values()].map(toPassage);
    },
  };
}

function clean(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(?:\.?\/)+|\/+$/g, '');
}

export function toPassage(chunk: StoredChunk): Passage {
  const { path, startOffset, endOffset, startLine, endLine, heading, text, places } = chunk;
  const passage = { path, startOffset, endOffset, startLine, endLine, heading, text, score: 1, sources: [] };
  return places === undefined ? passage : { ...passage, places };
}
