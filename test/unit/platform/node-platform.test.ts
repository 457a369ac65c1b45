import { mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { FileError } from '../../../server/src/platform/ports';
import { runGit } from '../../../server/src/platform/run-git';
import { userFolders, workspaceFolder } from '../../../server/src/platform/user-folders';
import { CancelledError } from '../../../server/src/util/cancelled';
import { noAbort, temporaryFolder } from '../workspace/workspace-fixture';

describe('the places of a user', () => {
  it.each([
    ['linux', { HOME: '/h' }, '/h/.local/share/longfold', '/h/.cache/longfold/models'],
    ['linux', { HOME: '/h', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' }, '/d/longfold', '/c/longfold/models'],
    ['linux', { HOME: '/h', XDG_DATA_HOME: 'relative' }, '/h/.local/share/longfold', '/h/.cache/longfold/models'],
    ['darwin', { HOME: '/h' }, '/h/Library/Application Support/Longfold', '/h/Library/Caches/Longfold/models'],
    ['win32', { USERPROFILE: 'C:\\u', LOCALAPPDATA: 'C:\\l' }, 'C:\\l\\Longfold\\data', 'C:\\l\\Longfold\\models'],
    ['linux', { HOME: '/h', LONGFOLD_HOME: '/own' }, '/own/data', '/own/models'],
  ] as const)('on %s with %j', (platform, env, dataFolder, modelsFolder) => {
    expect(userFolders(env, platform)).toEqual({ dataFolder, modelsFolder });
  });

  it('give each workspace a folder of its own, and say what to do without a home', () => {
    expect(workspaceFolder('/d', '/work/a')).toMatch(/^\/d\/workspaces\/[0-9a-f]{16}$/);
    expect(workspaceFolder('/d', '/work/a')).not.toBe(workspaceFolder('/d', '/work/b'));
    expect(() => userFolders({}, 'linux')).toThrow('set LONGFOLD_HOME');
  });
});

describe('the file system', () => {
  const fileSystem = createNodeFileSystem();

  it('writes what only its owner may read, with the folders above', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a/b.txt');
    await fileSystem.writeText(path, 'one');
    await fileSystem.appendText(path, ' two');
    expect(new TextDecoder().decode(await fileSystem.readBytes(path))).toBe('one two');
    expect([(await stat(path)).mode & 0o777, (await stat(join(folder.path, 'a'))).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    await fileSystem.remove(join(folder.path, 'a'));
    await fileSystem.remove(join(folder.path, 'a'));
    expect(await fileSystem.listFolder(folder.path)).toEqual([]);
  });

  it('says in one sentence what is wrong', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'dir'));
    await symlink('loop', join(folder.path, 'loop'));
    const tell = (name: string): Promise<string> =>
      fileSystem.readBytes(join(folder.path, name)).then(
        () => 'read',
        (error: unknown) =>
          FileError.is(error) ? `${error.reason}: ${error.message.replace(folder.path, '')}` : 'other',
      );
    expect([await tell('missing'), await tell('dir'), await tell('loop'), await tell('dir/x/y')]).toEqual([
      'notFound: /missing does not exist; check the path.',
      'other: /dir is a folder; name a file.',
      'other: /loop is a symbolic link that leads to itself; remove the link.',
      'notFound: /dir/x/y does not exist; check the path.',
    ]);
    expect((await fileSystem.stat(join(folder.path, 'loop'))).kind).toBe('link');
  });
});

describe('running git', () => {
  it('gives records, the exit code and what git complains of', async () => {
    await using folder = await temporaryFolder();
    const outside = await runGit(folder.path, ['rev-parse', '--is-inside-work-tree'], { signal: noAbort });
    expect(outside).toMatchObject({
      exitCode: 128,
      problem: expect.stringContaining('not a git repository') as string,
    });
    await expect(runGit(folder.path, ['version'], { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  });
});
