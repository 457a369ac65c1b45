/**
 * The names of texts that stand on the screen and are not saved: parsed in a worker when they change, and answered instead
 * of what the index has of those files; until then, and for very long texts, the index answers.
 */
import type { ChunkedDocument } from '../chunk/chunk';
import type { StoredChunk } from '../index/index-store';
import type { DescribedStore } from './describe-symbol';

export type ReadNames = (
  text: { readonly path: string; readonly text: string },
  signal: AbortSignal,
) => Promise<ChunkedDocument | null>;

interface UnsavedDocument {
  readonly text: string;
  readonly document: ChunkedDocument;
}

/** UTF-16 units; the names of longer texts would come to this loop in one piece that blocks it. */
const maxTextLength = 300_000;
/** From the change on: a parser that is busy with other files is not waited for longer. */
const maxWaitMs = 60;

export class UnsavedNames {
  readonly #documents = new Map<string, UnsavedDocument>();
  readonly #reading = new Map<string, { readonly settled: Promise<void>; readonly controller: AbortController }>();

  constructor(private readonly readNames: ReadNames) {}

  /** `path` is relative to the workspace; null: the index holds again. Never rejects; what cannot be parsed has no names. */
  set(path: string, text: string | null): void {
    this.#reading.get(path)?.controller.abort();
    this.#reading.delete(path);
    if (text === null || text.length > maxTextLength) this.#documents.delete(path);
    else if (this.#documents.get(path)?.text !== text) this.#read(path, text);
  }

  #read(path: string, text: string): void {
    const controller = new AbortController();
    const done = this.readNames({ path, text }, controller.signal)
      .catch(() => null)
      .then((document) => {
        if (controller.signal.aborted) return;
        this.#reading.delete(path);
        this.#documents.set(path, { text, document: document ?? noNames });
      });
    this.#reading.set(path, { settled: atMost(maxWaitMs, done), controller });
  }

  /** The index as it is with these texts in place of the files'. */
  over(store: DescribedStore): DescribedStore {
    const isSaved = ({ path }: { readonly path: string }): boolean => !this.#documents.has(path);
    return {
      definitions: async (name, limit) => {
        await this.#settle();
        const saved = (await store.definitions(name, limit)).filter(isSaved);
        const own = [...this.#documents].flatMap(([path, { document }]) =>
          document.definitions.filter((place) => place.name === name).map((place) => ({ ...place, path })),
        );
        return [...own, ...saved].slice(0, limit);
      },
      references: async (name, limit, where) => {
        await this.#settle();
        const { total, isPartial, places } = await store.references(name, limit, where);
        const saved = places.filter(isSaved);
        const own = [...this.#documents].flatMap(([path, { document }]) =>
          document.references.filter((use) => use.name === name).map((use) => ({ ...use, path })),
        );
        const all = [...own, ...saved];
        return { total: total - (places.length - saved.length) + own.length, isPartial, places: all.slice(0, limit) };
      },
      importsOf: async (path) => (await this.#find(path))?.document.imports ?? store.importsOf(path),
      namesIn: async (path, start, end) => {
        const unsaved = await this.#find(path);
        if (!unsaved) return store.namesIn(path, start, end);
        const { definitions, references } = unsaved.document;
        return {
          definitions: definitions
            .filter(({ nameOffset }) => nameOffset >= start && nameOffset < end)
            .map((place) => ({ ...place, path })),
          references: references.filter(({ offset }) => offset >= start && offset < end),
        };
      },
      chunkAt: async (path, offset) => {
        const unsaved = await this.#find(path);
        return unsaved ? chunkIn(unsaved, path, offset) : store.chunkAt(path, offset);
      },
    };
  }

  async #find(path: string): Promise<UnsavedDocument | undefined> {
    await this.#settle();
    return this.#documents.get(path);
  }

  async #settle(): Promise<void> {
    await Promise.all([...this.#reading.values()].map(({ settled }) => settled));
  }
}

/** As `work`, but settles after so many milliseconds in any case. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

const noNames: ChunkedDocument = { chunks: [], definitions: [], references: [], imports: [], problems: [] };

function chunkIn({ text, document }: UnsavedDocument, path: string, offset: number): StoredChunk | null {
  const chunk = document.chunks.find((item) => item.startOffset <= offset && offset < item.endOffset);
  if (!chunk) return null;
  const { startOffset, endOffset, startLine, endLine, heading } = chunk;
  const body = text.slice(startOffset, endOffset);
  return { id: -1, path, startOffset, endOffset, startLine, endLine, heading, text: body, score: 0 };
}
