// What the readers of labelled records share: the sets and how many of each, the sample, and going on after a stop.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Chooses the sample; the same for every reader, so that their records are the same. */
const seed = 7;

/**
 * Reads `DATA/<part>/<set>.jsonl.gz` for each `set=count` of `sets` and adds one JSON object a record to `OUT/<set>.jsonl`;
 * records that stand there already are left out. `prepare` gets all records of a set and gives those to choose from, and what
 * makes a row of one.
 */
export async function readSets({ data, part, out, sets, sampleItems }, prepare) {
  await mkdir(out, { recursive: true });
  for (const entry of sets.split(',')) {
    const [set, count] = entry.split('=');
    const file = join(out, `${set}.jsonl`);
    const done = new Set(linesOf(await readFile(file, 'utf8').catch(() => '')).map(({ id }) => id));
    const bytes = await readFile(join(data, part, `${set}.jsonl.gz`));
    const { records, toRow } = prepare(linesOf(gunzipSync(bytes).toString('utf8')));
    const chosen = sampleItems(records, Number(count), seed, ({ id }) => id);
    for (const record of chosen) {
      if (!done.has(record.id)) await appendFile(file, `${JSON.stringify({ set, ...(await toRow(record)) })}\n`);
    }
    console.log(set, chosen.length);
  }
}

function linesOf(text) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
