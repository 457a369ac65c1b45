/** A workspace folder and an index of its own, with the real workers; everything is gone after the test. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultSettings } from '../../../protocol/settings';
import type { FileRecord, IndexStore } from '../../../server/src/index/index-store';
import { createIndexStore, type IndexStoreOptions } from '../../../server/src/index/sqlite-index-store';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { runGit } from '../../../server/src/platform/run-git';
import { indexWorkspace, refreshFiles, type IndexerParts, type IndexRun } from '../../../server/src/workspace/indexer';
import type { Extractor, ExtractRequest } from '../../../server/src/workspace/extractor';
import { walkWorkspace, type WalkOptions, type WalkResult } from '../../../server/src/workspace/walk';
import { createExtractor, type ExtractorOptions } from '../../../server/src/workspace/worker-extractor';

export const workerFile = (name: string): string =>
  join(import.meta.dirname, `../../../dist/workers/${name}.worker.js`);
export const fastifyFolder = join(import.meta.dirname, '../../../node_modules/fastify');
export const noAbort = new AbortController().signal;
export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Workspace extends AsyncDisposable {
  readonly root: string;
  readonly indexFolder: string;
  readonly store: IndexStore;
  readonly extractor: Extractor;
  readonly problems: string[];
  index(options?: Partial<IndexRun> & { readonly onRead?: (path: string) => void }): Promise<readonly string[]>;
  refresh(paths: readonly string[]): Promise<void>;
  ledger(): Promise<readonly FileRecord[]>;
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'longfold-test-')));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

type WorkspaceOptions = Partial<IndexStoreOptions> & Pick<ExtractorOptions, 'embeddings' | 'timeLimitMs'>;

/** `files` are written into a new folder; a string is the path of a folder that is there already. */
export async function openWorkspace(
  files: Files | string,
  { embeddings, timeLimitMs, ...storeOptions }: WorkspaceOptions = {},
): Promise<Workspace> {
  const temporary = await temporaryFolder();
  const root = typeof files === 'string' ? files : join(temporary.path, 'workspace');
  if (typeof files !== 'string') {
    await mkdir(root);
    await writeFiles(root, files);
  }
  const indexFolder = join(temporary.path, 'index');
  const problems: string[] = [];
  const onProblem = (message: string): void => void problems.push(message);
  const store = createIndexStore({
    folder: indexFolder,
    root,
    workerFile: workerFile('store'),
    onProblem,
    ...storeOptions,
  });
  const extractor = createExtractor({
    workerFile: workerFile('extract'),
    fileSystem: createNodeFileSystem(),
    count: 1,
    ...(embeddings ? { embeddings } : {}),
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
  });
  const read: ExtractRequest[] = [];
  let onRead: (path: string) => void = () => undefined;
  const watched: Extractor = {
    extract: (request, signal) => {
      read.push(request);
      onRead(request.path);
      return extractor.extract(request, signal);
    },
    cutCode: (request, signal) => extractor.cutCode(request, signal),
    readDocument: (request, signal) => extractor.readDocument(request, signal),
    readNames: (text, signal) => extractor.readNames(text, signal),
    dispose: () => extractor.dispose(),
  };
  const parts: IndexerParts = {
    root,
    store,
    extractor: watched,
    fileSystem: createNodeFileSystem(),
    git: runGit,
    env: process.env,
    logger: quiet,
  };
  const run: IndexRun = { settings: { ...defaultSettings.index, maxFileKilobytes: 4096 }, signal: noAbort };
  return {
    root,
    indexFolder,
    store,
    extractor,
    problems,
    index: async ({ onRead: listener = () => undefined, ...options } = {}) => {
      read.length = 0;
      onRead = listener;
      await indexWorkspace(parts, { ...run, ...options });
      // Of a run with two readings those of the first.
      const first = read.some(({ depth }) => depth === 'text') ? read.filter(({ depth }) => depth === 'text') : read;
      return first.map(({ path }) => path).sort();
    },
    refresh: (paths) => refreshFiles(parts, run, paths),
    ledger: () => store.files(),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await extractor.dispose();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

const walkParts = { fileSystem: createNodeFileSystem(), env: process.env, include: [], exclude: [], signal: noAbort };

export function walk(root: string, options: Partial<WalkOptions> = {}): Promise<WalkResult> {
  return walkWorkspace({ ...walkParts, root, git: runGit, ...options });
}

/** As on a machine without git. */
export function walkWithoutGit(root: string, options: Partial<WalkOptions> = {}): Promise<WalkResult> {
  return walk(root, { ...options, git: async () => ({ exitCode: null, records: [], problem: 'spawn git ENOENT' }) });
}

export function gitOutput(folder: string, args: readonly string[], input = ''): string {
  return execFileSync('git', [...args], { cwd: folder, input, stdio: 'pipe', encoding: 'utf8' });
}

/** What `find ROOT ! -type d` counts; Node's own recursive listing follows links. */
export function filesOnDisk(root: string): number {
  let count = 0;
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    count += entry.isDirectory() ? filesOnDisk(join(root, entry.name)) : 1;
  }
  return count;
}

/** git in a folder, with a name and without the user's own configuration. */
export function git(folder: string, ...args: readonly string[]): void {
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main'];
  execFileSync('git', [...who, ...args], { cwd: folder, env, stdio: 'pipe' });
}
