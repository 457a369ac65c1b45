/**
 * Loads the static embeddings: the table of token vectors against its manifest.json, and the critic's tokenizer whose ids
 * it is indexed by. Every thread that embeds loads its own: 16 MB and half a second.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StaticEmbedder } from '../embed/static-embedder';
import { parseStaticTable } from '../embed/static-table';
import { parseTokenizer } from '../tokens/tokenizer';
import { errorMessage } from '../util/error-message';
import { readCriticJson } from './critic-folder';
import { asNamedFiles, checkFile, field, readJson } from './model-files';

const tableName = 'table.bin';

/** @throws Error with one sentence: what is wrong with which folder, and what to do */
export async function loadStaticEmbedder(tableFolder: string, criticFolder: string): Promise<StaticEmbedder> {
  try {
    const tokenizer = parseTokenizer(await readCriticJson(criticFolder, 'tokenizer.json'));
    const tokenizerHash = createHash('sha256').update(await readFile(join(criticFolder, 'tokenizer.json')));
    await checkTable(tableFolder);
    const bytes = await readFile(join(tableFolder, tableName));
    return new StaticEmbedder(parseStaticTable(bytes, tokenizerHash.digest('hex')), tokenizer);
  } catch (error) {
    const brief = errorMessage(error).replace(/\s+/g, ' ').replace(/\.$/, '');
    throw new Error(`The table of token vectors in ${tableFolder} cannot be loaded (${brief}); reinstall Longfold.`, {
      cause: error,
    });
  }
}

async function checkTable(folder: string): Promise<void> {
  const manifest = await readJson(folder, 'manifest.json');
  if (field(manifest, 'version') !== 1) throw new Error('manifest.json is not of the form that this version reads');
  const file = asNamedFiles(field(manifest, 'files')).find((entry) => entry.name === tableName);
  if (!file) throw new Error(`manifest.json does not name ${tableName}`);
  await checkFile(folder, file);
}
