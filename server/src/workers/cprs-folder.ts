/** The folder of an exported QwenLong-CPRS. Its cprs.json names the files with their sizes and hashes. */
import { asNamedFiles, checkFile, field, readJson } from './model-files';

export interface CprsFolder {
  readonly windowTokens: number;
  readonly tokenizerFile: unknown;
}

const neededFiles = ['model.onnx', 'tokenizer.json'];

/** @throws Error with the reason in a few words */
export async function readCprsFolder(folder: string): Promise<CprsFolder> {
  const manifest = await readJson(folder, 'cprs.json');
  const windowTokens = field(manifest, 'windowTokens');
  const files = asNamedFiles(field(manifest, 'files'));
  if (field(manifest, 'format') !== 1 || field(manifest, 'labels') !== 'BIOE' || typeof windowTokens !== 'number')
    throw new Error('cprs.json is not of the form that this version reads');
  for (const name of neededFiles) {
    if (!files.some((file) => file.name === name)) throw new Error(`cprs.json does not name ${name}`);
  }
  for (const file of files) await checkFile(folder, file);
  return { windowTokens, tokenizerFile: await readJson(folder, 'tokenizer.json') };
}
