/** The store over its real SQLite workers: search, damage, a full disk, a read-only place, two processes, a kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../protocol/settings';
import { IndexError, type IndexStore } from '../../../server/src/index/index-store';
import { createIndexStore } from '../../../server/src/index/sqlite-index-store';
import { workspaceFolder } from '../../../server/src/platform/user-folders';
import { fastifyFolder, openWorkspace, temporaryFolder, workerFile } from '../workspace/workspace-fixture';

const cli = join(import.meta.dirname, '../../../dist/cli.js');
const openStore = (folder: string, problems: string[] = []): IndexStore =>
  createIndexStore({
    folder,
    root: '/w',
    workerFile: workerFile('store'),
    onProblem: (message) => problems.push(message),
  });
const reasonOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (IndexError.is(error) ? `${error.reason}: ${error.message}` : String(error)),
  );

describe('search', () => {
  it('finds words, parts of identifiers and Chinese, and never reads the query as syntax', async () => {
    await using workspace = await openWorkspace({
      'a.js': 'function reqIdGenFactory () { return nextNumber() }\n',
      'b.md': '# Größe\nThe limits of a body are counted in bytes.\n',
      'c.md': '# 压缩\n模型读取整个仓库，保留重要的句子。\n',
    });
    await workspace.index();
    const find = async (query: string): Promise<string> =>
      (await workspace.store.searchText(query, 5)).map(({ path }) => path).join(' ');
    const queries = [
      'gen factory',
      'nextNumber',
      'limit',
      'grosse größe',
      '仓库',
      '重要句子',
      '"unclosed',
      'limits* AND (',
      'NEAR(x, y) body:z',
      '',
      '...',
    ];
    const found: Record<string, string> = {};
    for (const query of queries) found[query] = await find(query);
    expect(found).toEqual({
      'gen factory': 'a.js',
      nextNumber: 'a.js',
      limit: 'b.md',
      'grosse größe': 'b.md',
      仓库: 'c.md',
      重要句子: 'c.md',
      '"unclosed': '',
      'limits* AND (': 'b.md',
      'NEAR(x, y) body:z': 'b.md',
      '': '',
      '...': '',
    });
  });

  it('gives chunks whose text is the slice of the file, and counts uses', async () => {
    await using workspace = await openWorkspace({
      'lib/a.js': 'function load () {}\r\nload()\r\n',
      'b.js': 'load(1)\n',
    });
    await workspace.index();
    const [hit] = await workspace.store.searchSymbols('load', 5);
    expect(hit).toMatchObject({ path: 'lib/a.js', startOffset: 0, text: 'function load () {}\r\nload()', endLine: 1 });
    expect(await workspace.store.references('load', 5)).toEqual({
      total: 2,
      isPartial: false,
      places: [
        { path: 'b.js', offset: 0, line: 0, kind: 'call', container: '' },
        { path: 'lib/a.js', offset: 21, line: 1, kind: 'call', container: '' },
      ],
    });
    expect((await workspace.store.definitions('load', 5)).map(({ path, kind, line }) => [path, kind, line])).toEqual([
      ['lib/a.js', 'function', 0],
    ]);
    expect((await workspace.store.searchPaths('lib', 5)).map(({ path }) => path)).toEqual(['lib/a.js']);
  });
});

describe('the index file', () => {
  it('is readable by its owner only', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'text' });
    await workspace.index();
    const modes: Record<string, number> = {};
    for (const name of await readdir(workspace.indexFolder))
      modes[name] = (await stat(join(workspace.indexFolder, name))).mode & 0o777;
    expect(Object.keys(modes)).toContain('index.sqlite');
    expect(new Set(Object.values(modes))).toEqual(new Set([0o600]));
    expect((await stat(workspace.indexFolder)).mode & 0o777).toBe(0o700);
  });

  it('is set aside when it is damaged, and built anew with one sentence', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'index.sqlite'), 'this is no database, whatever its name says'.repeat(200));
    const problems: string[] = [];
    const store = openStore(folder.path, problems);
    expect((await store.totals()).files).toBe(0);
    await store.close();
    expect(problems).toEqual([
      expect.stringMatching(/was damaged; it is set aside as .*index\.sqlite\.corrupt-\d+ and built anew/),
    ]);
    expect((await readdir(folder.path)).some((name) => name.startsWith('index.sqlite.corrupt-'))).toBe(true);
  });

  it('is checked after an unclean end: a page of garbage in the middle is noticed', async () => {
    await using workspace = await openWorkspace(fastifyFolder);
    await workspace.index({ settings: { ...defaultSettings.index, exclude: ['test'] } });
    await workspace.store.close();
    const file = join(workspace.indexFolder, 'index.sqlite');
    const database = new DatabaseSync(file);
    database.exec("UPDATE state SET value = 0 WHERE name = 'clean'; PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    for (let page = 8; page * 4096 < size; page += 9)
      await handle.write(Buffer.alloc(2_000, 0xee), 0, 2_000, page * 4096);
    await handle.close();
    const problems: string[] = [];
    const store = openStore(workspace.indexFolder, problems);
    expect((await store.totals()).files).toBe(0);
    await store.close();
    expect(problems).toHaveLength(1);
  });

  it('of another schema version is built anew', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'text' });
    await workspace.index();
    await workspace.store.close();
    const database = new DatabaseSync(join(workspace.indexFolder, 'index.sqlite'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const store = openStore(workspace.indexFolder);
    expect((await store.totals()).files).toBe(0);
    await store.close();
  });

  it('says in one sentence that its place cannot be written', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const store = openStore(join(folder.path, 'file', 'index'));
    expect(await reasonOf(store.totals())).toMatch(
      /^folderReadOnly: The index folder .* cannot be written; .*LONGFOLD_HOME/,
    );
    await store.close();
  });

  it('says that the disk is full, keeps what is stored, and works again when there is room', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'kept words' }, { maxPages: 60 });
    await workspace.index();
    const words = Array.from({ length: 90_000 }, (_, place) => `w${(place * 7919).toString(36)}`);
    await writeFile(join(workspace.root, 'big.md'), words.join(' '));
    expect(await reasonOf(workspace.index())).toMatch(
      /^diskFull: The disk of .* is full; make room there\. What is indexed already is kept\.$/,
    );
    expect((await workspace.store.searchText('kept', 5)).map(({ path }) => path)).toEqual(['a.md']);
    await workspace.store.close();
    const store = openStore(workspace.indexFolder);
    expect((await store.files()).map(({ path, state }) => [path, state])).toEqual([['a.md', 'indexed']]);
    await store.close();
  });
});

describe('a bound on the size', () => {
  it('is told from a full disk, keeps what is indexed, and is lifted by the setting', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'kept words' });
    await workspace.index();
    const words = Array.from({ length: 90_000 }, (_, place) => `w${(place * 7919).toString(36)}`);
    await writeFile(join(workspace.root, 'big.md'), words.join(' '));
    const bounded = { ...defaultSettings.index, maxIndexMegabytes: 1 };
    expect(await reasonOf(workspace.index({ settings: bounded }))).toMatch(
      /^indexFull: The index in .* has reached its limit of 1 MB \(longfold\.index\.maxIndexMegabytes\); what is indexed stays/,
    );
    expect((await workspace.store.searchText('kept', 5)).map(({ path }) => path)).toEqual(['a.md']);
    await workspace.index();
    expect((await workspace.store.totals()).indexed).toBe(2);
  });
});

describe('several processes', () => {
  const runCli = (home: string, ...args: string[]): ReturnType<typeof spawn> =>
    spawn(process.execPath, [cli, ...args], {
      env: { ...process.env, LONGFOLD_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  it('index one folder at the same time, and both succeed', async () => {
    await using home = await temporaryFolder();
    await using other = await openWorkspace(fastifyFolder);
    const runs = [1, 2].map(() => runCli(home.path, 'index', fastifyFolder));
    const codes = await Promise.all(runs.map(async (run) => (await once(run, 'exit'))[0] as unknown));
    expect(codes).toEqual([0, 0]);
    await other.index();
    const store = openStore(workspaceFolder(join(home.path, 'data'), fastifyFolder));
    expect(await store.totals()).toEqual(await other.store.totals());
    await store.close();
  });

  it('a process killed while it writes leaves whole files only, and the next run goes on', async () => {
    await using home = await temporaryFolder();
    const folder = workspaceFolder(join(home.path, 'data'), fastifyFolder);
    const run = runCli(home.path, 'index', fastifyFolder);
    const ended = once(run, 'exit');
    const rows = await waitForRows(join(folder, 'index.sqlite'));
    run.kill('SIGKILL');
    await ended;
    const problems: string[] = [];
    const store = openStore(folder, problems);
    const files = await store.files();
    expect(files.length).toBeGreaterThanOrEqual(rows);
    for (const { path, chunks } of files) expect([path, (await store.chunksOf(path)).length]).toEqual([path, chunks]);
    await store.close();
    expect(problems).toEqual([]);
    const again = runCli(home.path, 'index', fastifyFolder);
    expect((await once(again, 'exit'))[0]).toBe(0);
  });
});

/** The number of ledger rows as soon as there are some. */
async function waitForRows(file: string): Promise<number> {
  for (;;) {
    try {
      const database = new DatabaseSync(file, { readOnly: true });
      const rows = Number(database.prepare('SELECT count(*) AS rows FROM files').get()?.['rows'] ?? 0);
      database.close();
      if (rows > 0) return rows;
    } catch {
      // Not there yet, or in the middle of being made.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
