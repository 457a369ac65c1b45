/** After any changes of files, told in any order, the index equals one that is made anew. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { dumpIndex } from '../../support/index-content';
import { git, openWorkspace } from './workspace-fixture';

const events = 1_000;

it(`of ${events} random edits, renames, deletions and branch switches nothing is missed`, async () => {
  await using workspace = await openWorkspace({ 'a.md': '# First\nSome words.\n', 'lib/b.js': 'function b () {}\n' });
  const { root } = workspace;
  const random = createSeededRandom(7, 'events');
  const below = (count: number): number => Math.floor(random() * count);
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'first');
  git(root, 'branch', 'other');
  await workspace.index();
  let made = 0;
  for (let done = 0; done < events;) {
    const touched: string[] = [];
    // What arrives together, as from a watcher that waits a little.
    for (let burst = 1 + below(12); burst > 0 && done < events; burst--, done++) {
      touched.push(...(await change(root, below, () => made++)));
    }
    // A watcher may tell of a path twice, of a folder alone, or of what is gone again.
    await workspace.refresh([...touched, ...touched.slice(0, 1)]);
  }
  await using fresh = await openWorkspace(root);
  await fresh.index();
  await workspace.store.close();
  await fresh.store.close();
  const [kept, anew] = [workspace, fresh].map(({ indexFolder }) => dumpIndex(join(indexFolder, 'index.sqlite')));
  expect(kept?.files.length).toBeGreaterThan(20);
  expect(kept).toEqual(anew);
}, 600_000);

type Below = (count: number) => number;

/** One change; the paths that a watcher would tell. */
async function change(root: string, below: Below, next: () => number): Promise<readonly string[]> {
  const files = await listFiles(root);
  const any = files[below(files.length)] ?? 'a.md';
  const folder = ['', 'lib/', 'docs/', 'docs/deep/'][below(4)] ?? '';
  const write = async (path: string): Promise<readonly string[]> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), makeText(path, below, next()));
    return [path];
  };
  switch (below(9)) {
    case 0:
    case 1:
      return write(`${folder}file${next()}.${['md', 'js', 'py', 'txt'][below(4)] ?? 'md'}`);
    case 2:
    case 3:
      return write(any);
    case 4:
      await rm(join(root, any), { force: true });
      return [any];
    case 5: {
      const target = `${folder}renamed${next()}.${any.split('.').at(-1) ?? 'md'}`;
      await mkdir(dirname(join(root, target)), { recursive: true });
      await rename(join(root, any), join(root, target)).catch(() => undefined);
      return [any, target];
    }
    case 6: {
      // As an editor that writes beside a file and renames over it.
      await writeFile(join(root, `${any}.tmp`), makeText(any, below, next()));
      await rename(join(root, `${any}.tmp`), join(root, any));
      return [`${any}.tmp`, any];
    }
    case 7: {
      await writeFile(join(root, '.gitignore'), `*.tmp\nfile${below(30)}.*\n${below(2) === 0 ? 'docs/deep/\n' : ''}`);
      return ['.gitignore'];
    }
    default:
      return switchBranch(root, below);
  }
}

async function switchBranch(root: string, below: Below): Promise<readonly string[]> {
  const before = await listFiles(root);
  if (below(2) === 0) {
    git(root, 'stash', '-q', '-u');
  } else {
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'more', '--allow-empty');
    git(root, 'checkout', '-q', currentBranch(root) === 'main' ? 'other' : 'main');
  }
  return [...new Set([...before, ...(await listFiles(root))])];
}

function currentBranch(root: string): string {
  return execFileSync('git', ['-C', root, 'rev-parse', '--abbrev-ref', 'HEAD'], { encoding: 'utf8' }).trim();
}

function makeText(path: string, below: Below, made: number): string {
  const words = Array.from({ length: 3 + below(40) }, () => `word${below(200)}`).join(' ');
  if (path.endsWith('.js')) return `function made${made} (input) {\n  return ${words.split(' ').join(' + ')}\n}\n`;
  if (path.endsWith('.py')) return `def made${made}(value):\n    return ${words.split(' ').join(' + ')}\n`;
  return below(20) === 0 ? '' : `# Made ${made}\n\n${words}.\n`;
}

async function listFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== '.gitignore')
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.git/'))
    .sort();
}
