/** `longfold index`: brings the index of a folder up to date; `search` and `ask` do the same before they search. */
import { basename, resolve } from 'node:path';
import type { IndexOptions, IndexProgress, WorkspaceSession } from '../application';
import { openRoots, type AskedFolders } from '../session/joined-roots';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { bold } from './terminal';

export interface IndexFlags {
  readonly workspace: string;
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

export async function runIndex(context: CommandContext, flags: IndexFlags): Promise<ExitCode> {
  const { terminal } = context;
  const startedMs = performance.now();
  const session = await openWorkspace(context, flags.workspace, { rebuild: flags.rebuild === true });
  const totals = await session.totals();
  const seconds = round((performance.now() - startedMs) / 1000);
  if (flags.json) {
    terminal.out(JSON.stringify({ workspace: session.root, ...totals, seconds }, null, 2));
    return exitCodes.ok;
  }
  terminal.out(
    `${bold(terminal, session.root)}: ${totals.indexed} files indexed in ${totals.chunks} chunks, ${totals.tokens} tokens, ${seconds} s.`,
  );
  const left = totals.skipped + totals.failed + totals.pending;
  if (left > 0) terminal.out(`${left} files are not indexed; "longfold ledger" says why.`);
  return exitCodes.ok;
}

/** Opens a workspace and indexes what changed, with progress on standard error. */
export async function openWorkspace(
  context: CommandContext,
  folder: string,
  options: Pick<IndexOptions, 'rebuild' | 'forQuestion'>,
): Promise<WorkspaceSession> {
  const session = await context.application().workspace(resolve(context.workingFolder, folder));
  await session.index({
    settings: context.settings,
    signal: context.signal,
    ...options,
    onProgress: (progress) => context.terminal.progress(describeProgress(progress)),
  });
  context.terminal.clearProgress();
  return session;
}

/** Opens the folders of a question and indexes what changed in them. */
export async function openWorkspaces(context: CommandContext, folders: readonly string[]): Promise<AskedFolders> {
  const open = (folder: string): Promise<WorkspaceSession> => openWorkspace(context, folder, { forQuestion: true });
  const [first = '.', ...further] = [...new Set(folders.map((folder) => resolve(context.workingFolder, folder)))];
  if (further.length === 0) return { session: await open(first) };
  const named = [first, ...further].map((path) => ({ path, name: basename(path) }));
  const joined = await openRoots(named, async ({ path }) => ({ session: await open(path), problem: null }));
  const session = joined.roots[0]?.session ?? (await open(first));
  return { session, joined };
}

function describeProgress({ phase, filesDone, filesTotal }: IndexProgress): string {
  switch (phase) {
    case 'waiting':
      return 'Waiting for another Longfold that is indexing this folder …';
    case 'paused':
      return `Waiting for mains power, ${filesDone} of ${filesTotal} files done …`;
    case 'walking':
      return 'Looking for files …';
    case 'indexing':
      return `Indexing ${filesDone} of ${filesTotal} files …`;
    case 'symbols':
      return `All text can be searched; reading symbols of ${filesDone} of ${filesTotal} files …`;
  }
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
