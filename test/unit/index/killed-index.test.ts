/** A process that is killed while it indexes leaves an index that is sound and that the next run finishes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { workspaceFolder } from '../../../server/src/platform/user-folders';
import { checkIndex, dumpIndex } from '../../support/index-content';
import { fastifyFolder, temporaryFolder } from '../workspace/workspace-fixture';

const cli = join(import.meta.dirname, '../../../dist/cli.js');
/** More in the long tier. */
const kills = Number(process.env['LONGFOLD_TEST_KILLS'] ?? 3);

it(`ends ${kills} times at any moment, and the next run makes the same index as one that was left alone`, async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'project');
  for (const part of ['lib', 'docs', 'types'])
    await cp(join(fastifyFolder, part), join(root, part), { recursive: true });
  const homeOf = (run: number): string => join(folder.path, `home${run}`);
  const fileOf = (run: number): string => join(workspaceFolder(join(homeOf(run), 'data'), root), 'index.sqlite');
  const start = (run: number): ReturnType<typeof spawn> =>
    spawn(process.execPath, [cli, 'index', root], {
      env: { ...process.env, LONGFOLD_HOME: homeOf(run) },
      stdio: 'ignore',
    });
  const finish = async (run: number): Promise<number> => {
    const startedMs = performance.now();
    expect((await once(start(run), 'exit'))[0]).toBe(0);
    return performance.now() - startedMs;
  };
  const usualMs = await finish(0);
  const undisturbed = dumpIndex(fileOf(0));
  expect(undisturbed.orphans).toEqual([]);
  expect(undisturbed.files.length).toBeGreaterThan(60);
  let [found, unfinished] = [0, 0];
  for (let run = 1; run <= kills; run++) {
    const child = start(run);
    const ended = once(child, 'exit');
    // Spread over the whole run, so that each stage is hit.
    await new Promise((resolve) =>
      setTimeout(resolve, (usualMs * (run - 0.5 + ((run * 0.618) % 1) / 2)) / (kills + 1)),
    );
    child.kill('SIGKILL');
    await ended;
    const left = countFiles(fileOf(run));
    if (left !== null) found++;
    if (left !== null && left < undisturbed.files.length) unfinished++;
    await finish(run);
    expect(dumpIndex(fileOf(run))).toEqual(undisturbed);
  }
  // Else nothing was disturbed.
  expect(found).toBeGreaterThan(0);
  if (kills > 10) expect(unfinished).toBeGreaterThan(kills / 10);
}, 3_600_000);

/** Ledger rows of a sound file; null where there is no index yet. */
function countFiles(file: string): number | null {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: false });
  } catch {
    return null;
  }
  try {
    const hasFiles = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'files'").get() !== undefined;
    if (!hasFiles) return null;
    checkIndex(database);
    return Number(database.prepare('SELECT count(*) AS rows FROM files').get()?.['rows']);
  } finally {
    database.close();
  }
}
