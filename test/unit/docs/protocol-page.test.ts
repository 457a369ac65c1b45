import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashInPage, protocolHash } from '../../../scripts/protocol-hash.mjs';

const root = join(import.meta.dirname, '..', '..', '..');

test('the protocol page was read again after the last change of a message', () => {
  expect(hashInPage()).toBe(protocolHash());
});

test('the protocol page lists every method', () => {
  const files = readdirSync(join(root, 'protocol')).filter((name) => name.endsWith('.ts'));
  const sources = files.map((name) => readFileSync(join(root, 'protocol', name), 'utf8')).join('\n');
  const methods = [...sources.matchAll(/'(longfold\/[a-z]+\/[a-z]+)'/g)].map((match) => match[1]);
  const page = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');
  expect(methods.length).toBeGreaterThanOrEqual(9);
  expect(methods.filter((method) => !page.includes(`\`${method}\``))).toEqual([]);
});
