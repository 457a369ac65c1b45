/** Turns what `node:fs` throws into a `FileError` whose message is one plain sentence: what, where, what to do. */
import { errorMessage } from '../util/error-message';
import { FileError, type FileErrorReason } from './ports';

const sentences: Readonly<
  Record<string, { readonly reason: FileErrorReason; readonly text: (path: string) => string }>
> = {
  ENOENT: { reason: 'notFound', text: (path) => `${path} does not exist; check the path.` },
  ENOTDIR: {
    reason: 'notFound',
    text: (path) => `${path} does not exist: a part of the path is a file, not a folder.`,
  },
  EISDIR: { reason: 'other', text: (path) => `${path} is a folder; name a file.` },
  EACCES: { reason: 'denied', text: (path) => `${path} may not be opened by you; check its permissions.` },
  EPERM: { reason: 'denied', text: (path) => `${path} may not be changed by you; check its permissions.` },
  ENOSPC: { reason: 'full', text: (path) => `${path} cannot be written because the disk is full; free some space.` },
  EDQUOT: {
    reason: 'full',
    text: (path) => `${path} cannot be written because your disk quota is used up; free some space.`,
  },
  EROFS: {
    reason: 'readOnly',
    text: (path) => `${path} cannot be written because its disk is read-only; choose another place.`,
  },
  ELOOP: { reason: 'other', text: (path) => `${path} is a symbolic link that leads to itself; remove the link.` },
  ENAMETOOLONG: { reason: 'other', text: (path) => `${path} is too long for a path; use a shorter one.` },
};

export function toFileError(error: unknown, path: string): FileError {
  if (FileError.is(error)) return error;
  const known = sentences[errorCode(error)];
  return known
    ? new FileError(known.reason, path, known.text(path))
    : new FileError('other', path, `${path} cannot be used: ${errorMessage(error)}`);
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
