// Cuts the texts of FOLDER/<pool>.json (training/static_pairs.py) into pieces as the static embeddings do, for
// training/static_embeddings.py. Usage: node scripts/static-pieces.mjs FOLDER
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModule } from './critic-load.mjs';

const folder = process.argv[2];
const { parseTokenizer, forEachRun, runPieces } = await loadModule([
  "export * from './server/src/tokens/tokenizer';",
  "export * from './server/src/embed/word-runs';",
]);
const tokenizer = parseTokenizer(JSON.parse(await readFile('models/critic/tokenizer.json', 'utf8')));
for (const name of await readdir(folder)) {
  const pool = /^(\w+)\.json$/.exec(name)?.[1];
  if (pool === undefined) continue;
  const { texts, fit, held } = JSON.parse(await readFile(join(folder, name), 'utf8'));
  const asked = (records) => records.map(({ question }) => pieces(question));
  const cut = { texts: texts.map(pieces), fit: asked(fit), held: asked(held) };
  await writeFile(join(folder, `${pool}.pieces.json`), JSON.stringify(cut));
}

function pieces(text) {
  const source = text.normalize('NFKC');
  const ids = [];
  forEachRun(source, (start, end, isUnspaced) => {
    for (const id of runPieces(tokenizer, source.slice(start, end), isUnspaced)) ids.push(id);
  });
  return ids;
}
