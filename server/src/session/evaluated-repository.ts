/** A workspace as `longfold eval repo-qa` sees it: indexed, with default settings, and asked without a model. */
import { createHash } from 'node:crypto';
import { defaultSettings } from '../../../protocol/settings';
import type { WorkspaceSession } from '../application';
import type { Repository } from '../eval/measure-repo-qa';
import type { IndexedWorkspace } from '../eval/measure-tokens';
import { withTemporaryFiles } from '../platform/temporary-files';

/** Indexes the workspace, or brings its index up to date. */
export async function openRepository(session: WorkspaceSession, signal: AbortSignal): Promise<Repository> {
  await session.index({ settings: defaultSettings, signal });
  const ledger = await session.ledger(undefined);
  const indexed = ledger.filter(({ state }) => state === 'indexed');
  const facts = indexed.map(({ path, sizeBytes, chunks }) => [path, sizeBytes, chunks]);
  return {
    fingerprint: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
    paths: indexed.map(({ path }) => path),
    readText: (path) => session.readText(path),
    gather: (question, tokenBudget, asked) =>
      session.gather(question, tokenBudget, { settings: defaultSettings, signal: asked }),
  };
}

/** The files in a folder of their own, indexed, while `use` runs; afterwards folder, index and traces are gone. */
export function withWorkspace<T>(
  open: (folder: string) => Promise<WorkspaceSession>,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
  use: (workspace: IndexedWorkspace) => Promise<T>,
): Promise<T> {
  return withTemporaryFiles(files, async (folder) => {
    const session = await open(folder);
    try {
      const repository = await openRepository(session, signal);
      return await use({ ...repository, chunksOf: (path) => session.chunksOf(path) });
    } finally {
      await session.forget();
    }
  });
}
