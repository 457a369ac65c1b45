import { defaultSettings } from '../../../protocol/settings';
import { rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../server/src/util/cancelled';
import { fastifyFolder, openWorkspace, type Workspace } from './workspace-fixture';

/** `path state reason` of each ledger row. */
const rows = async (workspace: Workspace): Promise<readonly string[]> =>
  (await workspace.ledger()).map(({ path, state, reason }) => `${path} ${state} ${reason ?? ''}`.trim());

describe('the ledger', () => {
  it('has a row for every file: indexed, or the reason why not', async () => {
    await using workspace = await openWorkspace({
      'a.ts': 'export const a = 1;\r\nexport const b = 2;\r\n',
      'binary.dat': Uint8Array.of(0, 1, 2),
      'picture.png': Uint8Array.of(0x89, 0x50),
      'empty.md': '',
      'huge.txt': 'x '.repeat(40_000),
      'line.txt': '字😀 word'.repeat(4_000),
      'latin1.txt': Uint8Array.of(0x63, 0x61, 0x66, 0xe9),
      'utf16.txt': Buffer.from('\uFEFFsixteen bits', 'utf16le'),
      'report.pdf': Uint8Array.of(0x25, 0x50, 0x44, 0x46, 0x2d, 0, 1, 2),
      'yarn.lock': 'x',
    });
    await symlink('..', join(workspace.root, 'loop'));
    await symlink('nowhere', join(workspace.root, 'dangling'));
    await workspace.index({ settings: { ...defaultSettings.index, maxFileKilobytes: 64 } });
    expect(await rows(workspace)).toEqual([
      'a.ts indexed',
      'binary.dat skipped It is a binary file.',
      'empty.md skipped The file is empty.',
      'huge.txt skipped It has 79 KB, more than the limit of 64 KB (longfold.index.maxFileKilobytes).',
      'latin1.txt indexed It is not valid UTF-8 and names no encoding; it was read as windows-1252, so some characters may be wrong.',
      'line.txt indexed',
      'picture.png skipped It is a binary file.',
      'report.pdf skipped It is damaged: it cannot be opened as PDF.',
      'utf16.txt indexed',
      'yarn.lock skipped It is a lock file that a package manager writes.',
    ]);
    expect((await workspace.store.excluded()).map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'dangling It is a symbolic link to something that does not exist.',
      'loop It is a symbolic link that leads out of the workspace.',
    ]);
    const encodings = (await workspace.ledger()).flatMap(({ path, encoding }) =>
      encoding ? [`${path} ${encoding}`] : [],
    );
    expect(encodings).toEqual(['a.ts utf-8', 'latin1.txt windows-1252', 'line.txt utf-8', 'utf16.txt utf-16le']);
    expect(await workspace.store.totals()).toMatchObject({ files: 10, indexed: 4, skipped: 6, failed: 0, pending: 0 });
  });

  it('of an empty folder is empty; a missing folder is one sentence', async () => {
    await using workspace = await openWorkspace({});
    await workspace.index();
    expect(await rows(workspace)).toEqual([]);
    await rm(workspace.root, { recursive: true });
    await expect(workspace.index()).rejects.toThrow(/workspace does not exist; check the path\.$/);
  });
});

describe('the next run', () => {
  it('reads only what changed, drops what is gone, and keeps what was only touched', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'alpha', 'b.md': 'beta', 'c.md': 'gamma', 'd.md': 'delta' });
    expect(await workspace.index()).toEqual(['a.md', 'b.md', 'c.md', 'd.md']);
    expect(await workspace.index()).toEqual([]);
    await writeFile(join(workspace.root, 'b.md'), 'new words');
    await rm(join(workspace.root, 'c.md'));
    await utimes(join(workspace.root, 'd.md'), 1_000, 1_000);
    expect(await workspace.index()).toEqual(['b.md', 'd.md']);
    expect(await workspace.index()).toEqual([]);
    const found = await workspace.store.searchText('alpha beta gamma delta words', 9);
    expect(found.map(({ path, text }) => `${path} ${text}`).sort()).toEqual([
      'a.md alpha',
      'b.md new words',
      'd.md delta',
    ]);
    expect(await workspace.index({ rebuild: true })).toEqual(['a.md', 'b.md', 'd.md']);
    expect((await workspace.store.totals()).chunks).toBe(3);
  });

  it('refreshes saved, new and deleted files alone', async () => {
    await using workspace = await openWorkspace({
      '.gitignore': '*.log',
      'a.md': 'alpha',
      'b.md': 'beta',
      'dir/c.md': 'gamma',
    });
    await workspace.index();
    await writeFile(join(workspace.root, 'a.md'), 'changed');
    await writeFile(join(workspace.root, 'new.md'), 'new');
    await writeFile(join(workspace.root, 'x.log'), 'log');
    await rm(join(workspace.root, 'dir'), { recursive: true });
    await workspace.refresh(['a.md', 'new.md', 'x.log', 'dir']);
    expect(await rows(workspace)).toEqual(['.gitignore indexed', 'a.md indexed', 'b.md indexed', 'new.md indexed']);
    expect((await workspace.store.searchText('changed', 5)).map(({ path }) => path)).toEqual(['a.md']);
  });
});

describe('a run over a whole project', () => {
  it('can be searched while it runs, stops within a second, and goes on where it stopped', async () => {
    await using workspace = await openWorkspace(fastifyFolder);
    const stop = new AbortController();
    let stoppedMs = 0;
    // Searches again and again until a stored batch answers, then stops the run.
    const onProgress = (): void => {
      void workspace.store.searchText('request', 5).then((hits) => {
        if (hits.length === 0 || stop.signal.aborted) return;
        stoppedMs = performance.now();
        stop.abort();
      });
    };
    await expect(workspace.index({ signal: stop.signal, onProgress })).rejects.toThrow(CancelledError);
    expect(performance.now() - stoppedMs).toBeLessThan(1_000);
    const kept = (await workspace.ledger()).length;
    // More than are read at one time.
    expect(kept).toBeGreaterThan(8);
    const readNow = await workspace.index();
    expect(readNow.length + kept).toBe((await workspace.store.totals()).files);
  });

  it('reads what the user looks at first, then what was written last', async () => {
    await using workspace = await openWorkspace({ 'old.md': '1', 'open.md': '2', 'new.md': '3' });
    await utimes(join(workspace.root, 'old.md'), 1_000, 1_000);
    await utimes(join(workspace.root, 'open.md'), 2_000, 2_000);
    const order: string[] = [];
    await workspace.index({ first: () => ['open.md'], onRead: (path) => order.push(path) });
    expect(order).toEqual(['open.md', 'new.md', 'old.md']);
  });

  it('reports progress that only grows and ends at the total', async () => {
    await using workspace = await openWorkspace({ 'a.md': '1', 'b.md': '2', 'c.md': '3' });
    const seen: string[] = [];
    await workspace.index({
      onProgress: ({ phase, filesDone, filesTotal }) => seen.push(`${phase} ${filesDone}/${filesTotal}`),
    });
    expect([seen[0], seen[1], seen.at(-1)]).toEqual(['walking 0/0', 'indexing 0/3', 'indexing 3/3']);
  });
});
