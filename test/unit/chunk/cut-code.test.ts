/** Code cut into symbols and blocks: functions stay whole, strings and comments too, and no text is lost, broken or not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CodeRange } from '../../../server/src/chunk/code-ranges';
import { cutCode, type CutRequest } from '../../../server/src/chunk/cut-code';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';

const parser = createSyntaxParser(findGrammarFiles());
const granularities: readonly CutRequest['granularity'][] = ['block', 'symbol'];
const folders = {
  'ledger.ts': 'test/fixtures/code',
  'broken.ts': 'test/fixtures/code',
  'sensors.py': 'test/fixtures/code',
  'queue.ts': 'test/fixtures/sample-workspace/src',
  'graveyard.py': 'test/fixtures/sample-workspace/src',
  'reply.js': 'node_modules/fastify/lib',
  'validation.js': 'node_modules/fastify/lib',
};
const files = Object.entries(folders).map(([name, folder]) => ({
  path: name,
  text: readFileSync(join(folder, name), 'utf8'),
}));

async function cut(granularity: CutRequest['granularity'], path: string, text: string): Promise<readonly CodeRange[]> {
  const [ranges] = await cutCode({ granularity, texts: [{ path, text }] }, parser);
  if (!ranges) throw new Error(`${path} was not cut.`);
  return ranges;
}

/** The pieces of a fixture. */
async function pieces(granularity: CutRequest['granularity'], name: keyof typeof folders): Promise<readonly string[]> {
  const text = files.find(({ path }) => path === name)?.text ?? '';
  return (await cut(granularity, name, text)).map(({ startOffset, endOffset }) => text.slice(startOffset, endOffset));
}

function findFault(text: string, ranges: readonly CodeRange[]): string | null {
  let place = 0;
  for (const { startOffset, endOffset } of ranges) {
    const piece = text.slice(startOffset, endOffset);
    if (startOffset < place || endOffset <= startOffset) return 'not sorted and apart';
    if (text.slice(place, startOffset).trim() !== '')
      return `${JSON.stringify(text.slice(place, startOffset))} is lost`;
    if (piece !== piece.trim()) return 'white space around';
    if (piece.length > 4_800) return 'too long';
    if (/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(endOffset - 1, endOffset + 1))) return 'a character is cut';
    place = endOffset;
  }
  return text.slice(place).trim() === '' ? null : 'the end is lost';
}

test('ranges are sorted, apart and cover all text, in whole files and from any place to any other', async () => {
  const texts = files.flatMap(({ path, text }) => [
    { path, text },
    ...Array.from({ length: 12 }, (_, index) => {
      const start = Math.floor((text.length * index) / 13);
      return { path, text: text.slice(start, start + 200 + 137 * index) };
    }),
  ]);
  texts.push({ path: 'empty.ts', text: '' }, { path: 'blank.py', text: ' \n\n\t\n' });
  texts.push({ path: 'line.js', text: `x("${'😀'.repeat(6000)}")` }, { path: 'deep.js', text: '[\n'.repeat(3000) });
  texts.push({ path: 'returns.ts', text: 'const a = 1;\r\nfunction b() {\r\n  return 2;\r\n}\r\n' });
  const faults: string[] = [];
  for (const granularity of granularities) {
    for (const { path, text } of texts) {
      const fault = findFault(text, await cut(granularity, path, text));
      if (fault !== null) faults.push(`${granularity} ${path}: ${fault}`);
    }
  }
  expect(faults).toEqual([]);
});

test('a class that is too long for one symbol is cut at its methods, each with its comment', async () => {
  const symbols = await pieces('symbol', 'ledger.ts');
  const methods = symbols.filter((symbol) => /^\/\*\* [^\n]+ \*\/\n {2}\w+\(name/.test(symbol));
  expect(methods.length).toBe(6);
  expect(methods.every((method) => /return this\.entries\.size;\n {2}\}/.test(method))).toBe(true);
  expect(symbols.some((symbol) => symbol.startsWith('export interface Entry') && symbol.endsWith('}'))).toBe(true);
  expect(symbols.at(-1)).toMatch(/^export const readLedger[\s\S]+\};$/);
});

test('methods of Python keep their decorator and comment', async () => {
  const symbols = await pieces('symbol', 'sensors.py');
  const methods = symbols.filter((symbol) => symbol.includes('def '));
  expect(methods.length).toBe(7);
  expect(methods.slice(0, 6).every((method) => /^# Rounded[^\n]*\n *@property[\s\S]+, 1\)$/.test(method))).toBe(true);
});

test('small definitions are symbols whole', async () => {
  expect(await pieces('symbol', 'graveyard.py')).toEqual([
    '"""Keeps jobs that failed for good."""',
    'KEEP_DAYS = 7',
    expect.stringMatching(/^class Graveyard:[\s\S]+len\(self\.jobs\)$/),
  ]);
});

test('blocks have at most about twelve lines and never part a string or comment', async () => {
  for (const name of ['ledger.ts', 'sensors.py', 'reply.js'] as const) {
    const blocks = await pieces('block', name);
    expect(Math.max(...blocks.map((block) => block.split('\n').length))).toBeLessThanOrEqual(14);
    for (const block of blocks) {
      expect((block.match(/"""/g)?.length ?? 0) % 2).toBe(0);
      if (name === 'ledger.ts') expect((block.match(/`/g)?.length ?? 0) % 2).toBe(0);
      expect(block.match(/\/\*/g)?.length).toBe(block.match(/\*\//g)?.length);
    }
  }
});

test('broken code keeps the functions that are whole', async () => {
  const symbols = await pieces('symbol', 'broken.ts');
  expect(symbols.some((symbol) => /add\(name[\s\S]+return this\.entries\.size;/.test(symbol))).toBe(true);
});

test('text without a grammar is left to its paragraphs', async () => {
  const texts = ['notes.md', 'notes.txt', 'data.json', 'main.zig'].map((path) => ({ path, text: 'One.\n\nTwo.' }));
  for (const granularity of granularities) {
    expect(await cutCode({ granularity, texts }, parser)).toEqual([null, null, null, null]);
  }
});
