/** Asks the index whether code names and files of an answer exist: symbols first, then words of the text, then paths. */
import { hasWord } from '../answer/find-slice';
import { namesFile, type KnownNames, type NameLookUp } from '../answer/known-names';
import { normaliseText } from '../answer/normalise-text';
import type { IndexStore } from '../index/index-store';
import { throwIfCancelled } from '../util/cancelled';

/** Chunks looked through for a name that is no symbol, and files for a path. */
const maxChunks = 20;

export function createNameLookUp(
  store: Pick<IndexStore, 'definitions' | 'searchText' | 'searchPaths' | 'files'>,
): NameLookUp {
  return {
    async lookUp(names, files, signal): Promise<KnownNames> {
      const knownNames = new Set<string>();
      const knownFiles = new Set<string>();
      for (const name of names) {
        if (await isName(store, name)) knownNames.add(name);
        throwIfCancelled(signal);
      }
      for (const path of files) {
        if (await isFile(store, path)) knownFiles.add(path);
        throwIfCancelled(signal);
      }
      return { names: knownNames, files: knownFiles };
    },
  };
}

async function isName(store: Pick<IndexStore, 'definitions' | 'searchText'>, name: string): Promise<boolean> {
  // `queue.push` is known where both of its parts are.
  const parts = [...new Set(name.split(/\.|::|->|#|\//).filter((part) => part !== ''))];
  for (const part of parts) {
    if ((await store.definitions(part, 1)).length > 0) continue;
    const chunks = await store.searchText(part, maxChunks);
    if (!chunks.some(({ text }) => hasWord(normaliseText(text), part))) return false;
  }
  return parts.length > 0;
}

/** Files that are left out of the index, with their reason in the ledger, exist all the same. */
async function isFile(store: Pick<IndexStore, 'files' | 'searchPaths'>, named: string): Promise<boolean> {
  const path = named.replace(/^(?:\.\/)+/, '');
  if ((await store.files(path)).length > 0) return true;
  const hits = await store.searchPaths(path, maxChunks, { texts: false });
  return hits.some((hit) => namesFile(hit.path, path));
}
