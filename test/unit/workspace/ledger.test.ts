/** The ledger out of the index: its rows name the rule, and with a count they add up to the files on the disk. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../../../protocol/indexing';
import type { ExcludedEntry } from '../../../server/src/index/index-store';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { ledgerTotals, readLedger } from '../../../server/src/session/ledger';
import { filesOnDisk, git, openWorkspace, writeFiles, type Workspace } from './workspace-fixture';

const ledgerOf = ({ root, store }: Workspace, under = '', count = true): Promise<readonly LedgerRow[]> =>
  readLedger({ root, store, fileSystem: createNodeFileSystem() }, under, { count });

function show(row: LedgerRow): string {
  const inside = row.filesInside === undefined ? '' : ` +${row.filesInside}`;
  const rule = row.rule ? ` ${row.rule.file}:${row.rule.line}:${row.rule.pattern}` : '';
  return `${row.path} ${row.state}${row.isBehindLink ? ' behind a link' : ''}${inside}${rule}`;
}

async function project(): Promise<Workspace> {
  const workspace = await openWorkspace({
    '.gitignore': '# comment\nnode_modules/\n*.log\nout\n',
    'a.md': 'alpha',
    'b.log': 'beta',
    'empty.md': '',
    'lib/c.md': 'gamma',
    'lib/d.log': 'delta',
    'node_modules/p/i.js': '1',
    'node_modules/p/deep/j.js': '1',
    'node_modules/q/k.js': '1',
    'out/docs/e.md': 'epsilon',
    'out/docs/f.log': 'zeta',
    'out/g.md': 'eta',
  });
  await symlink('out/docs', join(workspace.root, 'docs'));
  await symlink('out/g.md', join(workspace.root, 'g.md'));
  await symlink('a.md', join(workspace.root, 'same.md'));
  git(workspace.root, 'init', '-q');
  await workspace.index();
  return workspace;
}

describe('the ledger', () => {
  it('has everything on the disk once, and says which line left it out', async () => {
    await using workspace = await project();
    const rows = await ledgerOf(workspace);
    const inGit = filesOnDisk(join(workspace.root, '.git'));
    expect(rows.map(show)).toEqual([
      `.git/ excluded +${inGit}`,
      '.gitignore indexed',
      'a.md indexed',
      'b.log excluded .gitignore:3:*.log',
      'docs excluded',
      'docs/e.md indexed behind a link',
      'docs/f.log excluded behind a link .gitignore:3:*.log',
      'empty.md skipped',
      'g.md indexed',
      'lib/c.md indexed',
      'lib/d.log excluded .gitignore:3:*.log',
      'node_modules/ excluded +3 .gitignore:2:node_modules/',
      'out/ excluded +3 .gitignore:4:out',
      'same.md excluded',
    ]);
    expect(ledgerTotals(rows)).toEqual({
      files: filesOnDisk(workspace.root),
      indexed: 4,
      skipped: 1,
      failed: 0,
      pending: 0,
      excluded: 4,
      excludedFolders: 3,
      filesInExcludedFolders: inGit + 6,
      behindLinks: 2,
    });
    expect((await workspace.store.searchText('epsilon', 5)).map(({ path }) => path)).toEqual(['docs/e.md']);
    expect((await workspace.store.searchText('eta', 5)).map(({ path }) => path)).toEqual(['g.md']);
    expect(await workspace.index()).toEqual([]);
  });

  it('counts only when asked, and of one folder only what is in it', async () => {
    await using workspace = await project();
    expect(ledgerTotals(await ledgerOf(workspace, '', false))).toMatchObject({
      files: 9,
      excludedFolders: 3,
      filesInExcludedFolders: null,
    });
    expect((await ledgerOf(workspace, './lib/')).map(show)).toEqual([
      'lib/c.md indexed',
      'lib/d.log excluded .gitignore:3:*.log',
    ]);
    for (const [under, inside] of [
      ['node_modules', 3],
      ['node_modules/p', 2],
      ['node_modules/p/i.js', 1],
      ['node_modules/none', 0],
    ] as const) {
      expect((await ledgerOf(workspace, under)).map(show)).toEqual([
        `node_modules/ excluded +${inside} .gitignore:2:node_modules/`,
      ]);
    }
    expect(await ledgerOf(workspace, 'node')).toEqual([]);
  });

  it('follows each walk: what is shown again leaves, what is new comes, rebuilt and refreshed alike', async () => {
    await using workspace = await project();
    await writeFile(join(workspace.root, '.gitignore'), '*.md\n');
    await workspace.refresh(['lib']);
    expect((await ledgerOf(workspace, 'lib')).map(show)).toEqual([
      'lib/c.md excluded .gitignore:1:*.md',
      'lib/d.log indexed',
    ]);
    await writeFiles(workspace.root, { 'lib/.longfoldignore': '!c.md\n' });
    await workspace.index();
    expect((await ledgerOf(workspace, 'lib')).map(show)).toEqual([
      'lib/.longfoldignore indexed',
      'lib/c.md indexed',
      'lib/d.log indexed',
    ]);
    await workspace.store.clear();
    expect(await ledgerOf(workspace)).toEqual([]);
  });

  it('keeps many entries in order, and readers see one walk at a time', async () => {
    await using workspace = await openWorkspace({});
    const entries = (word: string, count: number): ExcludedEntry[] =>
      Array.from({ length: count }, (_, idx) => ({
        path: `${word}/${String(idx).padStart(5, '0')}`,
        reason: word,
        rule: null,
      }));
    await workspace.store.putExcluded(entries('old', 4_500));
    expect(await workspace.store.excluded()).toEqual(entries('old', 4_500));
    const storing = workspace.store.putExcluded(entries('new', 9_000));
    const seen = new Set<string>();
    let isStored = false;
    void storing.then(() => (isStored = true));
    while (!isStored) {
      const found = await workspace.store.excluded();
      seen.add(`${found[0]?.reason} ${found.length}`);
    }
    expect([...seen].every((view) => ['old 4500', 'new 9000'].includes(view))).toBe(true);
    expect((await workspace.store.excluded('new/00007')).map(({ path }) => path)).toEqual(['new/00007']);
    await workspace.store.putExcluded([]);
    expect(await workspace.store.excluded()).toEqual([]);
  });
});
