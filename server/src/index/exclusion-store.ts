/** What the walk left out, to the store's workers and back in pages, so that many entries never block this loop. */
import type { StoreWorkerMethods } from '../workers/store-protocol';
import type { ExcludedEntry, IndexStore } from './index-store';

type Read = StoreWorkerMethods['excluded'];
type Write = StoreWorkerMethods['putExcluded'];

const pageRows = 2_000;

export function createExclusionStore(worker: {
  readonly read: (page: Read['params']) => Promise<Read['result']>;
  readonly write: (page: Write['params']) => Promise<void>;
}): Pick<IndexStore, 'putExcluded' | 'excluded'> {
  let lastWalk = 0;
  return {
    async putExcluded(entries) {
      // Walks are numbered by the clock, because another process may store walks of this folder, too.
      lastWalk = Math.max(lastWalk + 1, Date.now());
      const walk = lastWalk;
      for (let start = 0; start === 0 || start < entries.length; start += pageRows) {
        const page = entries.slice(start, start + pageRows);
        await worker.write({ walk, entries: page, isLast: start + pageRows >= entries.length });
      }
    },
    async excluded(under = '') {
      let found: ExcludedEntry[] = [];
      let isOf: number | null = null;
      for (;;) {
        const { walk, entries } = await worker.read({ under, skip: found.length, limit: pageRows });
        if (isOf !== null && walk !== isOf) {
          // Another walk was stored between two pages: begin again with that one.
          [found, isOf] = [[], null];
          continue;
        }
        isOf = walk;
        found.push(...entries);
        if (entries.length < pageRows) return found;
      }
    },
  };
}
