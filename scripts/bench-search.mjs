// 200 mixed searches in an index file that a bench has made: names, parts of names, words of headings and comments, several
// words at once, a path. The same words with ripgrep are the baseline where it is installed.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { loadModule } from './critic-load.mjs';

const run = promisify(execFile);
const queries = 200;
const step = 7919;

/** `home` holds the index `file` of the folder `root`. */
export async function benchSearch({ home, file, root }) {
  const { composeApplication } = await loadModule(["export { composeApplication } from './server/src/compose';"]);
  const words = chooseQueries(file);
  const logger = { info: () => undefined, warn: console.error, error: console.error };
  const application = composeApplication({
    env: { ...process.env, LONGFOLD_HOME: home },
    distFolder: resolve('dist'),
    logger,
  });
  const session = await application.workspace(root);
  const signal = new AbortController().signal;
  const times = [];
  try {
    for (const query of words.slice(0, 5)) await session.search(query, 40, signal);
    for (const query of words) {
      const started = performance.now();
      await session.search(query, 40, signal);
      times.push(performance.now() - started);
    }
  } finally {
    await application.dispose();
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return { queries: words.length, p50: at(0.5), p95: at(0.95), ripgrepMs: await timeRipgrep(words[1], root) };
}

function chooseQueries(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const column = (sql) =>
    database
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0]));
  const names = column('SELECT DISTINCT name FROM symbols ORDER BY name');
  const headings = column("SELECT DISTINCT heading FROM chunks WHERE heading <> '' LIMIT 20000");
  const paths = column('SELECT path FROM files');
  database.close();
  const pick = (list, place) => list[(place * step) % Math.max(1, list.length)] ?? 'none';
  return Array.from({ length: queries }, (_, place) => {
    switch (place % 5) {
      case 0:
        return pick(names, place);
      case 1:
        return pick(names, place).split(/[_.]/)[0];
      case 2:
        return `where is ${pick(names, place)} called and what does it return`;
      case 3:
        return `how does ${pick(headings, place)} handle errors and free memory`;
      default:
        return `what is in ${pick(paths, place).split('/').slice(-2).join(' ')}`;
    }
  });
}

async function timeRipgrep(word, root) {
  const started = performance.now();
  // It ends with 1 where nothing is found.
  const found = await run('rg', ['-c', '--', word, root], { maxBuffer: 2 ** 28 }).catch((error) => error);
  return found.code === 'ENOENT' ? null : performance.now() - started;
}
