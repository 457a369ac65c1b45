// Prints the hash of protocol/*.ts that docs/protocol.md must carry; with --write puts it there.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'protocol.md');
const pattern = /protocol-hash: \w+/;

export function protocolHash() {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'protocol'))
    .filter((name) => name.endsWith('.ts'))
    .sort();
  for (const name of files) hash.update(`${name}\n${readFileSync(join(root, 'protocol', name), 'utf8')}`);
  return hash.digest('hex').slice(0, 16);
}

export function hashInPage() {
  return pattern.exec(readFileSync(page, 'utf8'))?.[0].split(' ')[1];
}

if (process.argv[1] === import.meta.filename) {
  const hash = protocolHash();
  console.log(hash);
  if (process.argv.includes('--write')) {
    writeFileSync(page, readFileSync(page, 'utf8').replace(pattern, `protocol-hash: ${hash}`));
  }
}
