/** The ledger as users and clients see it: what was left out, which line says so, and a total that is the disk's. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { IndexStatus, LedgerRow } from '../../protocol/indexing';
import { runCli } from '../support/cli-process';
import { copyFixture, startServer, temporaryHome } from '../support/server-process';

function project(): string {
  const folder = copyFixture('sample-workspace');
  const files = { '.gitignore': 'gen/\n\n*.tmp\n', 'gen/api/a.md': 'api', 'gen/b.md': 'b', 'x.tmp': 'x', 'y.log': 'y' };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  execFileSync('git', ['init', '-q'], { cwd: folder });
  return folder;
}

test('longfold ledger --why --count names the lines and adds up', async () => {
  const options = { home: temporaryHome(), cwd: project() };
  const plain = await runCli(['ledger', '--not-indexed'], options);
  expect(plain.stdout).toBe(
    ".git/ It holds git's own data.\ngen/ Git ignores it.\nx.tmp Git ignores it.\n"
      .split('\n')
      .map((line) => line.replace(/^(\S+) /, 'excluded $1  '))
      .join('\n') +
      '9 files: 8 indexed, 0 skipped, 0 failed, 0 pending, 1 left out; ' +
      '2 folders left out whole (--count counts what is inside).\n',
  );
  const full = await runCli(['ledger', 'gen', '--why', '--count'], options);
  expect(full.stdout).toBe(
    'excluded gen/  Git ignores it. 2 files inside.  .gitignore:1: gen/\n' +
      '2 files: 0 indexed, 0 skipped, 0 failed, 0 pending, 0 left out, 2 in 1 folder left out whole.\n',
  );
  const json = JSON.parse((await runCli(['ledger', '--count', '--json'], options)).stdout) as {
    files: LedgerRow[];
    totals: { files: number };
  };
  const onDisk = execFileSync('find', [options.cwd, '!', '-type', 'd'], { encoding: 'utf8' }).trim().split('\n');
  expect(json.totals.files).toBe(onDisk.length);
  expect(json.files.find((row) => row.path === 'x.tmp')).toMatchObject({
    state: 'excluded',
    isFolder: false,
    rule: { file: '.gitignore', line: 3, pattern: '*.tmp' },
  });
});

test('the protocol has the same rows, counts when asked, and the settings add and take away', async () => {
  const settings = { model: { use: 'none' }, index: { include: ['gen/api/'], exclude: ['*.log'] } };
  const server = await startServer({ folder: project(), settings });
  const { connection, workspaceUri } = server;
  try {
    for (let phase = ''; phase !== 'ready';) {
      ({ phase } = await connection.sendRequest<IndexStatus>('longfold/index/get', { workspaceUri }));
      expect(phase).not.toBe('failed');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const rows = await connection.sendRequest<LedgerRow[]>('longfold/index/ledger', { workspaceUri, count: true });
    const out = rows.filter((row) => row.state === 'excluded' && row.path !== '.git/');
    expect(out.map(({ path, rule, filesInside }) => [path, rule?.file, rule?.line, filesInside])).toEqual([
      ['gen/b.md', '.gitignore', 1, undefined],
      ['x.tmp', '.gitignore', 3, undefined],
      ['y.log', 'longfold.index.exclude', 1, undefined],
    ]);
    expect(rows.find((row) => row.path === 'gen/api/a.md')?.state).toBe('indexed');
    expect(rows.find((row) => row.path === '.git/')?.filesInside).toBeGreaterThan(5);
    const quick = await connection.sendRequest<LedgerRow[]>('longfold/index/ledger', { workspaceUri, under: '.git' });
    expect(quick.map((row) => [row.path, row.isFolder, row.filesInside])).toEqual([['.git/', true, undefined]]);
  } finally {
    await server.stop();
  }
});
