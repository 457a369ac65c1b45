// The manifest of models/critic: sizes and hashes of the files that the critic's worker loads. Run it with --write
// whenever one of them changes. Usage: node scripts/critic-manifest.mjs [--write] [FOLDER]
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const names = ['encoder.onnx', 'scorer.json', 'tokenizer.json'];

/** The text of manifest.json as the folder's files make it. */
export async function renderManifest(folder) {
  const files = [];
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    files.push({ name, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return `${JSON.stringify({ version: 1, files }, undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2);
  const folder = flags.find((flag) => !flag.startsWith('--')) ?? 'models/critic';
  const file = join(folder, 'manifest.json');
  const manifest = await renderManifest(folder);
  if (flags.includes('--write')) await writeFile(file, manifest);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== manifest) {
    console.error(`${file} is not what its files make it; run "node scripts/critic-manifest.mjs --write".`);
    process.exitCode = 1;
  }
}
