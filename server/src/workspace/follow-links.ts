/**
 * Links are followed only inside the workspace, and nothing is read twice: a link counts when it leads to something that
 * the walk left out (a folder that a build writes, say). Every other link is an excluded entry that says where it leads.
 * What lies behind a followed link has the link's path; the link to a folder is an entry of its own, too.
 */
import { isAbsolute, join, relative, sep } from 'node:path';
import { FileError, type FileSystem } from '../platform/ports';
import { throwIfCancelled } from '../util/cancelled';
import type { FoundLink, Walk } from './walk';
import { toByteText } from './wildmatch';

interface LinkParts {
  /** Without a link in it. */
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly signal: AbortSignal;
}

/** Links found behind a link wait for the next round; each round reads only what was not read before, so there is an end. */
export async function followLinks(walk: Walk, parts: LinkParts): Promise<void> {
  if (walk.links.length === 0) return;
  walk.knownFiles = new Set(walk.files.map(({ realPath }) => realPath));
  while (walk.links.length > 0) {
    const links = walk.links.splice(0).sort((left, right) => (left.path < right.path ? -1 : 1));
    for (const link of links) {
      throwIfCancelled(parts.signal);
      await followLink(walk, parts, link);
    }
  }
}

async function followLink(walk: Walk, { root, fileSystem }: LinkParts, link: FoundLink): Promise<void> {
  const { path, folder, addedBy } = link;
  const absolute = await fileSystem
    .realPath(join(root, folder.realPath, path.slice(folder.path.length)))
    .catch((error: unknown) => describeBroken(error));
  if (typeof absolute !== 'string') return walk.exclude(path, absolute.reason);
  const target = relative(root, absolute).split(sep).join('/');
  if (isOutside(target)) return walk.exclude(path, 'It is a symbolic link that leads out of the workspace.');
  const refusal = refuse(walk, target);
  if (refusal) return walk.exclude(path, refusal);
  const kind = await fileSystem.stat(absolute).then(
    (stat) => stat.kind,
    () => 'other',
  );
  if (kind === 'file') return keepFile(walk, path, target);
  if (kind !== 'folder') return walk.exclude(path, 'It is a symbolic link to something that is not a plain file.');
  const realPath = target === '' ? '' : `${target}/`;
  if (walk.readFolders.has(realPath)) {
    return walk.exclude(path, `It is a symbolic link to the folder ${target || '.'}, which is read where it lies.`);
  }
  walk.exclude(path, `It is a symbolic link to the folder ${target}, which is read through it.`);
  const bytes = `${toByteText(path)}/`;
  await walk.readTree({ ...folder, path: `${path}/`, bytes, realPath, exclusion: null, addedBy, isBeyondGit: true });
}

function keepFile(walk: Walk, path: string, target: string): void {
  if (walk.knownFiles?.has(target)) {
    return walk.exclude(path, `It is a symbolic link to ${target}, which is read where it lies.`);
  }
  walk.files.push({ path, realPath: target });
  walk.knownFiles?.add(target);
}

/** What must not be read by way of a link either. */
function refuse(walk: Walk, target: string): string | null {
  const parts = target.split('/');
  if (parts.includes('.git')) return "It is a symbolic link to git's own data.";
  const isRefused = parts.some((_, idx) => walk.refused.has(parts.slice(0, idx + 1).join('/')));
  return isRefused ? `It is a symbolic link to ${target}, which Longfold is told to leave out.` : null;
}

function describeBroken(error: unknown): { readonly reason: string } {
  if (FileError.is(error, 'notFound')) return { reason: 'It is a symbolic link to something that does not exist.' };
  const isDenied = FileError.is(error, 'denied');
  return {
    reason: isDenied
      ? 'It is a symbolic link that may not be followed.'
      : 'It is a symbolic link that leads to itself.',
  };
}

function isOutside(target: string): boolean {
  return target === '..' || target.startsWith('../') || isAbsolute(target);
}
