/**
 * The files of a workspace: what git would show where the folder is under git, else what its own ignore files leave.
 * A folder that an outer repository ignores (a package inside node_modules, say) counts as not under git, because git
 * would show nothing of it.
 */
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { FileSystem } from '../platform/ports';
import type { GitRunner } from '../platform/run-git';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';

export interface WalkOptions {
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly git: GitRunner;
  /** Patterns in gitignore syntax on top of the ignore files. */
  readonly exclude: readonly string[];
  readonly signal: AbortSignal;
}

/** Folders that are never part of a workspace's own text. */
const neverEntered = new Set(['.git', '.hg', '.svn', 'node_modules']);
const yieldEvery = 500;

/** Paths relative to the root, with forward slashes, sorted. Files, links and special files; folders are not listed. */
export async function walkWorkspace(options: WalkOptions): Promise<readonly string[]> {
  const found = (await listByGit(options)) ?? (await listByHand(options));
  return (await dropExcluded(found, options)).sort();
}

async function dropExcluded(paths: readonly string[], { exclude, signal }: WalkOptions): Promise<string[]> {
  if (exclude.length === 0) return [...paths];
  const excluded = ignore().add([...exclude]);
  const kept: string[] = [];
  for (const [idx, path] of paths.entries()) {
    if (!excluded.ignores(path)) kept.push(path);
    if (idx % yieldEvery === 0) await yieldToLoop();
    throwIfCancelled(signal);
  }
  return kept;
}

/** Null: the folder is not under git, git is missing, or an outer repository ignores the folder. */
async function listByGit({ root, git, signal }: WalkOptions): Promise<readonly string[] | null> {
  const inside = await git(root, ['rev-parse', '--is-inside-work-tree'], { signal });
  if (inside.exitCode !== 0 || inside.records[0]?.trim() !== 'true') return null;
  const top = await git(root, ['rev-parse', '--show-prefix'], { signal });
  const prefix = top.records[0]?.trim() ?? '';
  if (prefix !== '' && (await git(root, ['check-ignore', '-q', '.'], { signal })).exitCode === 0) return null;
  const listed = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { signal });
  if (listed.exitCode !== 0) return null;
  const deleted = await git(root, ['ls-files', '-z', '--deleted'], { signal });
  const gone = new Set(deleted.records);
  // A submodule is listed as its folder and an untracked repository with a slash at its end; neither is a file.
  return [...new Set(listed.records)].filter((path) => path !== '' && !path.endsWith('/') && !gone.has(path));
}

interface Rules {
  /** Relative path of the folder that the rules stand in, with a slash at its end, or empty. */
  readonly base: string;
  readonly matcher: Ignore;
}

async function listByHand({ root, fileSystem, signal }: WalkOptions): Promise<readonly string[]> {
  const files: string[] = [];
  const folders: { readonly path: string; readonly rules: readonly Rules[] }[] = [{ path: '', rules: [] }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    throwIfCancelled(signal);
    const base = folder.path === '' ? '' : `${folder.path}/`;
    const entries = await fileSystem.listFolder(join(root, folder.path)).catch((error: unknown) => {
      // The root must be readable; a folder below that is not readable hides no other.
      if (base === '') throw error;
      return [];
    });
    const own = entries.some((entry) => entry.name === '.gitignore' && entry.kind === 'file');
    const rules = own
      ? [...folder.rules, { base, matcher: await readRules(fileSystem, join(root, base, '.gitignore')) }]
      : folder.rules;
    for (const { name, kind } of entries) {
      const path = base + name;
      if (kind === 'folder') {
        if (!neverEntered.has(name) && !isIgnored(`${path}/`, rules)) folders.push({ path, rules });
      } else if (!isIgnored(path, rules)) {
        files.push(path);
        if (files.length % yieldEvery === 0) await yieldToLoop();
      }
    }
  }
  return files;
}

async function readRules(fileSystem: FileSystem, path: string): Promise<Ignore> {
  const bytes = await fileSystem.readBytes(path).catch(() => new Uint8Array());
  return ignore().add(new TextDecoder().decode(bytes));
}

/** The innermost ignore file that says anything about a path decides. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (const { base, matcher } of rules.toReversed()) {
    const { ignored, unignored } = matcher.test(path.slice(base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}
