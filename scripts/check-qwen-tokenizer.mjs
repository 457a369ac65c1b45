// Compares the tokenizer of QwenLong-CPRS with Python's, at the size of the whole vocabulary.
// Usage: node scripts/check-qwen-tokenizer.mjs DIR, where DIR is what training/cprs/full_vocabulary.py wrote
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule } from './critic-load.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('Name the folder that training/cprs/full_vocabulary.py wrote.');
  process.exit(2);
}
const { parseByteBpe } = await loadModule(["export * from './server/src/critic/cprs/byte-bpe';"]);
const tokenizer = parseByteBpe(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')));
const samples = readFileSync(join(folder, 'reference.jsonl'), 'utf8').trim().split('\n');
let [tokens, different] = [0, 0];
for (const line of samples) {
  const [text, ...expected] = JSON.parse(line);
  const { ids, starts, ends } = tokenizer.encode(text);
  tokens += ids.length;
  if (JSON.stringify([[...ids], [...starts], [...ends]]) === JSON.stringify(expected)) continue;
  if (++different <= 5) console.log(`different: ${JSON.stringify(text)}`);
}
console.log(`${samples.length - different} of ${samples.length} samples equal, ${tokens} tokens`);
process.exitCode = different > 0 ? 1 : 0;
