/** A disk that is really full while the folder is indexed: one clear sentence, a sound file, and on it goes with room. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIndexStore } from '../../server/src/index/sqlite-index-store';
import { dumpIndex } from '../support/index-content';
import { fastifyFolder, openWorkspace, temporaryFolder, workerFile } from '../unit/workspace/workspace-fixture';

/** Only root may mount one. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!canMount)('a full disk', () => {
  it('keeps what is indexed, says so, and goes on when there is room', async () => {
    await using folder = await temporaryFolder();
    const disk = join(folder.path, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
    try {
      await writeFile(join(disk, 'ballast'), Buffer.alloc(3_000_000));
      const options = { folder: join(disk, 'index'), workerFile: workerFile('store'), onProblem: () => undefined };
      await using workspace = await openWorkspace(fastifyFolder, options);
      await expect(workspace.index()).rejects.toThrow(
        /The disk of .* is full; make room there\. What is indexed already is kept\./,
      );
      const kept = (await workspace.store.totals()).indexed;
      expect(kept).toBeGreaterThan(0);
      expect((await workspace.store.searchText('fastify', 3)).length).toBeGreaterThan(0);
      await rm(join(disk, 'ballast'));
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      await workspace.index();
      await workspace.store.close();
      const store = createIndexStore({ ...options, root: fastifyFolder });
      expect((await store.totals()).indexed).toBeGreaterThan(kept);
      await store.close();
      await using undisturbed = await openWorkspace(fastifyFolder);
      await undisturbed.index();
      await undisturbed.store.close();
      const dump = (at: string): unknown => dumpIndex(join(at, 'index.sqlite'));
      expect(dump(options.folder)).toEqual(dump(undisturbed.indexFolder));
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
