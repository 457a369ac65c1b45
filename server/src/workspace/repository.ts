/**
 * What git knows of a folder: which files it tracks and shows, and the ignore rules from outside the walk. Git is asked
 * where it is there; else its files are read: index, config, `info/exclude`, the user's ignore file, and the ignore files
 * between the top of the repository and the folder. Linked worktrees and submodules have a file `.git` that leads on.
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { FileSystem } from '../platform/ports';
import type { GitRunner } from '../platform/run-git';
import type { Environment } from '../platform/user-folders';
import { askGitSettings, readGitSettings, userIgnoreFile, type GitSettings } from './git-config';
import { parseGitIndex } from './git-index';
import { findRule, readLayer, type IgnoreLayer, type LayerParts } from './ignore-layers';
import type { IgnoreRule } from './ignore-rules';
import { PathSet } from './path-set';
import { readBounded } from './read-bounded';
import { toByteText } from './wildmatch';

/** An index of two million files. */
const maxIndexBytes = 256 * 1024 * 1024;
/** Of a file that holds one path. */
const maxPointerBytes = 64 * 1024;

export interface Repository {
  readonly foldCase: boolean;
  /** Rules from outside of the walk, the weakest first. */
  readonly layers: readonly IgnoreLayer[];
  /** Files of the index, as paths of the walk. A submodule is a path, too. */
  readonly tracked: PathSet;
  /** Files that git shows though it does not track them; null where the rules alone decide. */
  readonly untracked: PathSet | null;
  /** What ignores the root of the walk itself; then only what is tracked counts. */
  readonly ignoredBy: IgnoreRule | null;
}

export interface RepositoryParts {
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly git: GitRunner;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

interface GitFolders {
  /** The top of the working tree; absolute. */
  readonly top: string;
  /** From the top to the folder that is asked about, with a slash at the end, or empty. */
  readonly prefix: string;
  readonly gitFolder: string;
  /** Shared by all worktrees of a repository. */
  readonly commonFolder: string;
  readonly isByGit: boolean;
}

/**
 * The rules for the root of the walk. A folder that an outer repository ignores (a package inside node_modules, say)
 * counts as not under git, because git would show nothing of it; only the user's own ignore file holds there.
 */
export async function openRootRepository(parts: RepositoryParts): Promise<Repository> {
  const folders = await findFolders(parts, parts.root);
  const settings = await settingsOf(parts, parts.root, folders);
  const opened = folders && (await open(parts, folders, settings, ''));
  if (opened) return opened;
  const foldCase = process.platform === 'win32' || process.platform === 'darwin';
  const layers = await readUserLayer(parts, settings, { top: parts.root, foldCase, place: { cut: 0, above: '' } });
  return { foldCase, layers, tracked: PathSet.empty(), untracked: null, ignoredBy: null };
}

/** A submodule, or a repository that lies inside another; `base` is its path with a slash. Null: it is none. */
export async function openNestedRepository(
  parts: RepositoryParts,
  realPath: string,
  base: string,
): Promise<Repository | null> {
  const folders = await findFolders(parts, join(parts.root, realPath));
  if (folders?.prefix !== '') return null;
  return open(parts, folders, await settingsOf(parts, folders.top, folders), base);
}

async function open(
  parts: RepositoryParts,
  folders: GitFolders,
  settings: GitSettings,
  base: string,
): Promise<Repository | null> {
  const { prefix, top } = folders;
  const foldCase = settings.ignoreCase ?? false;
  const place = { cut: toByteText(base).length, above: toByteText(prefix) };
  const layers = [...(await readUserLayer(parts, settings, { top, foldCase, place }))];
  const add = async (file: string, at: Pick<IgnoreLayer, 'cut' | 'above'>): Promise<void> => {
    const layer = await readLayer(layerParts(parts, foldCase), file, at);
    if (layer) layers.push(layer);
  };
  await add(join(folders.commonFolder, 'info', 'exclude'), place);
  const listed = (await listByGit(parts, folders)) ?? (await listByHand(parts, folders, settings.hashBytes));
  const { signal } = parts;
  const toWalk = (paths: readonly string[]): Promise<PathSet> => PathSet.create(paths, { base, foldCase, signal });
  let ignoredBy: IgnoreRule | null = null;
  for (const above of [...foldersAbove(prefix), '']) {
    // The first folder on the way that is ignored decides: nothing below it is asked any more.
    ignoredBy ??= findFolderRule(layers, prefix, above);
    const file = join(top, prefix.slice(0, prefix.length - above.length), '.gitignore');
    if (above !== '' && (await isPlainFile(parts.fileSystem, file))) {
      await add(file, { cut: 0, above: toByteText(above) });
    }
  }
  if (ignoredBy !== null && listed.tracked.length === 0) return null;
  return {
    foldCase,
    layers,
    tracked: await toWalk(listed.tracked),
    untracked: listed.untracked && (await toWalk(listed.untracked)),
    ignoredBy,
  };
}

/** `a/b/` → `a/b/`, `b/`: what is left of the way at each folder above the root, the top first. */
function foldersAbove(prefix: string): readonly string[] {
  const parts = prefix.split('/').slice(0, -1);
  return parts.map((_, idx) => `${parts.slice(idx).join('/')}/`);
}

/** The rule that ignores the folder at which `left` of the way is still to go, or null. */
function findFolderRule(layers: readonly IgnoreLayer[], prefix: string, left: string): IgnoreRule | null {
  const folder = toByteText(prefix.slice(0, prefix.length - left.length)).replace(/\/$/, '');
  if (folder === '') return null;
  // The layers count from the walk's root; here the way to it is asked about.
  const fromTop = layers.map(({ rules, above }) => ({
    rules,
    above: '',
    cut: toByteText(prefix).length - above.length,
  }));
  const rule = findRule(fromTop, folder, folder.slice(folder.lastIndexOf('/') + 1), true);
  return rule?.isNegative === false ? rule : null;
}

async function listByGit(
  { git, signal }: RepositoryParts,
  { top, prefix, isByGit }: GitFolders,
): Promise<{ readonly tracked: readonly string[]; readonly untracked: readonly string[] } | null> {
  if (!isByGit) return null;
  const args = ['ls-files', '-z', '-t', '--cached', '--others', '--exclude-standard'];
  const { exitCode, records } = await git(join(top, prefix), args, { signal });
  if (exitCode !== 0) return null;
  const [tracked, untracked]: [string[], string[]] = [[], []];
  // `? path` is not tracked; a repository that lies inside has a slash at its end and is asked on its own.
  for (const record of records) (record.startsWith('? ') ? untracked : tracked).push(record.slice(2));
  return { tracked, untracked };
}

async function listByHand(
  { fileSystem, signal }: RepositoryParts,
  { gitFolder, prefix }: GitFolders,
  hashBytes: number,
): Promise<{ readonly tracked: readonly string[]; readonly untracked: null }> {
  const read = async (name: string): ReturnType<typeof parseGitIndex> => {
    const bytes = await readBounded(fileSystem, join(gitFolder, name), maxIndexBytes);
    return bytes && parseGitIndex(bytes, hashBytes, signal);
  };
  const own = await read('index');
  const shared = own?.sharedIndex ? await read(`sharedindex.${own.sharedIndex}`) : null;
  const paths = [...(own?.paths ?? []), ...(shared?.paths ?? [])];
  const inside = prefix === '' ? paths : paths.filter((path) => path.startsWith(prefix));
  return { tracked: inside.map((path) => path.slice(prefix.length)), untracked: null };
}

async function settingsOf(
  { git, fileSystem, env, signal }: RepositoryParts,
  folder: string,
  folders: GitFolders | null,
): Promise<GitSettings> {
  const asked = folders === null || folders.isByGit ? await askGitSettings(git, folder, signal) : null;
  if (asked) return asked;
  const places = folders === null ? [] : [...new Set([folders.commonFolder, folders.gitFolder])];
  return readGitSettings({ fileSystem, env }, places);
}

interface UserLayerPlace {
  readonly top: string;
  readonly foldCase: boolean;
  readonly place: Pick<IgnoreLayer, 'cut' | 'above'>;
}

async function readUserLayer(
  parts: RepositoryParts,
  settings: GitSettings,
  { top, foldCase, place }: UserLayerPlace,
): Promise<readonly IgnoreLayer[]> {
  const file = userIgnoreFile(settings, parts.env, top);
  const layer = file === null ? null : await readLayer(layerParts(parts, foldCase), file, place);
  return layer ? [layer] : [];
}

function layerParts({ root, fileSystem, signal }: RepositoryParts, foldCase: boolean): LayerParts {
  return { root, fileSystem, signal, foldCase };
}

async function findFolders(parts: RepositoryParts, folder: string): Promise<GitFolders | null> {
  const args = ['rev-parse', '--is-inside-work-tree', '--show-prefix', '--absolute-git-dir', '--git-common-dir'];
  const { exitCode, records } = await parts.git(folder, args, { signal: parts.signal });
  const [inside, prefix = '', gitFolder, commonFolder] = (records[0] ?? '').split('\n');
  if (exitCode === 0 && inside === 'true' && gitFolder && commonFolder) {
    const top =
      prefix === ''
        ? folder
        : resolve(
            folder,
            ...prefix
              .split('/')
              .slice(0, -1)
              .map(() => '..'),
          );
    return { top, prefix, gitFolder, commonFolder: resolve(folder, commonFolder), isByGit: true };
  }
  return findFoldersByHand(parts.fileSystem, folder);
}

async function findFoldersByHand(fileSystem: FileSystem, folder: string): Promise<GitFolders | null> {
  for (let top = folder; ; top = dirname(top)) {
    const gitFolder = await readGitFolder(fileSystem, join(top, '.git'));
    if (gitFolder !== null) {
      const way = relative(top, folder).split(sep).join('/');
      const commonFolder = await readCommonFolder(fileSystem, gitFolder);
      return { top, prefix: way === '' ? '' : `${way}/`, gitFolder, commonFolder, isByGit: false };
    }
    if (dirname(top) === top) return null;
  }
}

/** Follows `gitdir: PATH` of a file `.git`; null where no repository is behind it (gitrepository-layout(5)). */
async function readGitFolder(fileSystem: FileSystem, path: string): Promise<string | null> {
  const stat = await fileSystem.stat(path).catch(() => null);
  if (stat === null) return null;
  const text = stat.kind === 'file' ? await readText(fileSystem, path) : null;
  const target = text === null ? null : (/^gitdir: (.+?)[\r\n]*$/.exec(text)?.[1] ?? null);
  if (stat.kind === 'file' && target === null) return null;
  const folder = target === null ? path : resolve(dirname(path), target);
  const isThere = async (name: string): Promise<boolean> =>
    (await fileSystem.stat(join(folder, name)).catch(() => null)) !== null;
  const isOne = (await isThere('HEAD')) && ((await isThere('commondir')) || (await isThere('objects')));
  return isOne ? folder : null;
}

async function readCommonFolder(fileSystem: FileSystem, gitFolder: string): Promise<string> {
  const text = (await readText(fileSystem, join(gitFolder, 'commondir')))?.trim();
  return text ? (isAbsolute(text) ? text : resolve(gitFolder, text)) : gitFolder;
}

async function readText(fileSystem: FileSystem, path: string): Promise<string | null> {
  const bytes = await readBounded(fileSystem, path, maxPointerBytes);
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

/** Git reads no ignore file through a link. */
async function isPlainFile(fileSystem: FileSystem, path: string): Promise<boolean> {
  return (await fileSystem.stat(path).catch(() => null))?.kind === 'file';
}
