/**
 * The bundled critic's folder. Its manifest.json (`scripts/critic-manifest.mjs`) names the files with their sizes and
 * hashes. Each file is checked when it is first needed, so that a damaged encoder leaves the tokenizer usable.
 */
import { asNamedFiles, checkFile, field, readJson } from './model-files';

export type CriticFile = 'encoder.onnx' | 'scorer.json' | 'tokenizer.json';

/** @throws Error with the reason in a few words */
export async function checkCriticFile(folder: string, name: CriticFile): Promise<void> {
  const manifest = await readJson(folder, 'manifest.json');
  if (field(manifest, 'version') !== 1) throw new Error('manifest.json is not of the form that this version reads');
  const file = asNamedFiles(field(manifest, 'files')).find((entry) => entry.name === name);
  if (!file) throw new Error(`manifest.json does not name ${name}`);
  await checkFile(folder, file);
}

/** @throws Error with the reason in a few words */
export async function readCriticJson(folder: string, name: CriticFile): Promise<unknown> {
  await checkCriticFile(folder, name);
  return readJson(folder, name);
}
