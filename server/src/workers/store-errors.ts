/** SQLite's and the file system's errors → `IndexError` with one sentence: what is wrong, where, what to do. */
import { IndexError } from '../index/index-store';
import { errorMessage } from '../util/error-message';

type Cause = 'corrupt' | 'full' | 'readOnly' | 'busy' | 'other';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const sqliteCauses: Readonly<Record<number, Cause>> = {
  5: 'busy',
  8: 'readOnly',
  11: 'corrupt',
  13: 'full',
  14: 'readOnly',
  26: 'corrupt',
};
const systemCauses: Readonly<Record<string, Cause>> = {
  EACCES: 'readOnly',
  EPERM: 'readOnly',
  EROFS: 'readOnly',
  ENOTDIR: 'readOnly',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

export function sqliteCode(error: unknown): Cause {
  if (typeof error !== 'object' || error === null) return 'other';
  if ('errcode' in error && typeof error.errcode === 'number') return sqliteCauses[error.errcode & 0xff] ?? 'other';
  if ('code' in error && typeof error.code === 'string') return systemCauses[error.code] ?? 'other';
  return 'other';
}

/** `reachedLimit`: the bound in bytes that the index has reached, where that is why it is full; else 0. */
export function toStoreError(error: unknown, folder: string, reachedLimit = (): number => 0): IndexError {
  if (IndexError.is(error)) return error;
  switch (sqliteCode(error)) {
    case 'full': {
      const limitBytes = reachedLimit();
      if (limitBytes > 0) {
        const limit = `${Math.round(limitBytes / 1e6)} MB (longfold.index.maxIndexMegabytes)`;
        return new IndexError(
          'indexFull',
          `The index in ${folder} has reached its limit of ${limit}; what is indexed stays searchable.`,
        );
      }
      return new IndexError(
        'diskFull',
        `The disk of ${folder} is full; make room there. What is indexed already is kept.`,
      );
    }
    case 'readOnly':
      return new IndexError(
        'folderReadOnly',
        `The index folder ${folder} cannot be written; make it writable, or set LONGFOLD_HOME to another folder.`,
      );
    case 'busy':
      return new IndexError('busy', `Another Longfold has been writing the index in ${folder} for long; try again.`);
    case 'corrupt':
      return new IndexError('corrupt', `The index in ${folder} is damaged; start Longfold again and it is built anew.`);
    case 'other':
      return new IndexError('other', `The index in ${folder} cannot be used: ${errorMessage(error)}`);
  }
}
