/** Several folders as one: opened side by side, named apart, searched together. What cannot be opened leaves the others. */
import { fromRootedPath, nameRoots, toRootedPath, type SourceRoot } from '../../../protocol/roots';
import type { TraceEvent } from '../../../protocol/trace-events';
import type { NameLookUp } from '../answer/known-names';
import type { DocumentSource } from '../answer/ports';
import type { AskedRoot, JoinedRoots, WorkspaceSession } from '../application';
import { pathInside } from '../platform/path-inside';
import { createJoinedRetriever } from '../retrieve/joined-retriever';
import type { Retriever } from '../retrieve/retriever';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';

export interface OpenedRoot {
  readonly session: WorkspaceSession;
  /** One sentence where the folder is not complete; null otherwise. */
  readonly problem: string | null;
}

/**
 * Opens all folders. One that fails becomes a sentence; one that is the same folder under another path falls out.
 * Throws when none can be opened, with the reason of the first, or when it was cancelled.
 */
export async function openRoots<Folder extends SourceRoot>(
  folders: readonly Folder[],
  open: (folder: Folder) => Promise<OpenedRoot>,
): Promise<JoinedRoots> {
  const settled = await Promise.allSettled(folders.map(async (folder) => open(folder)));
  const opened: (SourceRoot & OpenedRoot)[] = [];
  const problems: string[] = [];
  const errors: unknown[] = [];
  nameRoots(folders).forEach((root, place) => {
    const outcome = settled[place];
    if (outcome?.status === 'fulfilled') {
      if (opened.some(({ session }) => session.root === outcome.value.session.root)) return;
      opened.push({ ...root, ...outcome.value });
      if (outcome.value.problem !== null) problems.push(`The folder ${root.name}: ${outcome.value.problem}`);
    } else {
      errors.push(outcome?.reason);
      problems.push(`The folder ${root.name} is left out: ${errorMessage(outcome?.reason)}`);
    }
  });
  const cancelled = errors.find((error) => CancelledError.is(error));
  if (cancelled !== undefined || opened.length === 0) throw cancelled ?? errors[0];
  return { roots: opened.map(({ name, path, session }) => ({ name, path, session })), problems };
}

/**
 * The folders of a recorded question, under the names with which its paths begin. All of them have to be there: a run goes
 * on over what it began with.
 * @throws CancelledError, or Error with one sentence for the first folder that `open` rejects
 */
export async function reopenRoots(
  roots: readonly SourceRoot[],
  open: (root: SourceRoot) => Promise<WorkspaceSession>,
): Promise<JoinedRoots> {
  const reopen = async ({ name, path }: SourceRoot): Promise<AskedRoot> => {
    try {
      return { name, path, session: await open({ name, path }) };
    } catch (error) {
      if (CancelledError.is(error)) throw error;
      throw new Error(
        `The question was also about the folder ${name}, without which it cannot go on: ${errorMessage(error)}`,
      );
    }
  };
  return { roots: await Promise.all(roots.map(reopen)), problems: [] };
}

/** The folders that a trace names, when its question was about several. */
export function rootsOf(events: readonly TraceEvent[]): readonly SourceRoot[] | undefined {
  const roots = events.find((event) => event.kind === 'questionAsked')?.roots;
  return roots !== undefined && roots.length > 0 ? roots : undefined;
}

/** What a question is about. */
export interface AskedFolders {
  /** Of several folders the first that can be used: it keeps the trace. */
  readonly session: WorkspaceSession;
  readonly joined?: JoinedRoots;
}

/** An absolute path as the answer names it; undefined outside of what is asked. */
export function toToldPath({ session, joined }: AskedFolders, path: string): string | undefined {
  if (!joined) return pathInside(session.root, path);
  // A file inside of two folders belongs to the inner one, whose path is longer.
  const innerFirst = joined.roots.toSorted((a, b) => b.session.root.length - a.session.root.length);
  for (const root of innerFirst) {
    const inside = pathInside(root.session.root, path);
    if (inside !== undefined) return toRootedPath(root, inside);
  }
  return undefined;
}

/** `onProblem` gets one sentence for each folder that cannot be searched. */
export function searchRoots({ roots }: JoinedRoots, onProblem: (message: string) => void): Retriever {
  const searched = roots.map(({ session, ...root }) => ({
    name: root.name,
    realPath: session.root,
    toToldPath: (inside: string) => toRootedPath(root, inside),
    retrieve: (query: string, { limit, signal }: Parameters<Retriever['retrieve']>[1]) =>
      session.search(query, limit, signal),
  }));
  return createJoinedRetriever(searched, onProblem);
}

/** The documents of all folders, under the paths that the answer uses; one folder after the other. */
export function joinDocuments({ roots }: JoinedRoots): DocumentSource {
  const told = <Item extends { readonly path: string }>(root: AskedRoot, items: readonly Item[]): readonly Item[] =>
    items.map((item) => ({ ...item, path: toRootedPath(root, item.path) }));
  /** What lies in a folder; null: nothing was asked of it. */
  const inside = (root: AskedRoot, paths: readonly string[]): readonly string[] | null => {
    if (paths.length === 0 || paths.includes(root.name)) return [];
    const own = paths.flatMap((path) => (path.startsWith(`${root.name}/`) ? [path.slice(root.name.length + 1)] : []));
    return own.length > 0 ? own : null;
  };
  return {
    async list(paths) {
      const lists = roots.map(async (root) => {
        const own = inside(root, paths);
        return own === null ? [] : told(root, await root.session.documents.list(own));
      });
      return (await Promise.all(lists)).flat();
    },
    async passages(path) {
      const found = fromRootedPath(roots, path);
      if (found) return told(found.root, await found.root.session.documents.passages(found.inside));
      // A model names files by their end: the first folder that has one.
      for (const root of roots) {
        const passages = await root.session.documents.passages(path);
        if (passages.length > 0) return told(root, passages);
      }
      return [];
    },
    async symbol(name) {
      const lists = roots.map(async (root) => told(root, await root.session.documents.symbol(name)));
      return (await Promise.all(lists)).flat();
    },
  };
}

/** What any of the folders knows; files are named as in an answer. */
export function joinNames({ roots }: JoinedRoots): NameLookUp {
  return {
    async lookUp(names, files, signal) {
      const lookUps = roots.map(async (root) => {
        const inside = (file: string): string => fromRootedPath([root], file)?.inside ?? file;
        const known = await root.session.names.lookUp(names, files.map(inside), signal);
        return { names: known.names, files: files.filter((file) => known.files.has(inside(file))) };
      });
      const found = await Promise.all(lookUps);
      return {
        names: new Set(found.flatMap((known) => [...known.names])),
        files: new Set(found.flatMap((known) => known.files)),
      };
    },
  };
}

/** Tokens of all text; a folder that cannot tell counts as empty, and its search says why. */
export async function countRootTokens({ roots }: JoinedRoots): Promise<number> {
  const totals = await Promise.allSettled(roots.map(async ({ session }) => session.totals()));
  return totals.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value.tokens : 0), 0);
}

/** The text of a file that is named as in an answer. */
export function readRootText({ roots }: JoinedRoots, path: string): Promise<string> {
  const found = fromRootedPath(roots, path);
  if (found) return found.root.session.readText(found.inside);
  throw new Error(`${path} does not begin with the name of a folder that is asked.`);
}

/** As it stands in a trace and an answer. */
export function toSourceRoots(roots: readonly AskedRoot[]): readonly SourceRoot[] {
  return roots.map(({ name, path }) => ({ name, path }));
}
