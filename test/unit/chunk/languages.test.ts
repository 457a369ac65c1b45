/** What is found in one small file of each language: definitions, imports and references, line by line. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunkDocument } from '../../../server/src/chunk/chunk-document';
import { chunkQuick } from '../../../server/src/chunk/chunk-quick';
import { readRustImport, readScriptImport, type ImportReader } from '../../../server/src/chunk/read-imports';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { languageOf } from '../../../server/src/extract/languages';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import { findChunkFaults } from './chunk-faults';

const folder = join(import.meta.dirname, '../../fixtures/code/languages');
const files = readdirSync(folder).filter((name) => !name.endsWith('.names.txt'));
const parser = createSyntaxParser(findGrammarFiles());

/** One line a definition, import and line with references; a reference is `kind:name`, under its container. */
async function describeNames(path: string, text: string): Promise<string> {
  const document = { path, text, encoding: 'utf-8', language: languageOf(path) };
  const result = await chunkDocument(document, parser);
  expect(result.problems).toEqual([]);
  expect(findChunkFaults(path, text, result)).toEqual([]);
  expect(findChunkFaults(path, text, chunkQuick(document))).toEqual([]);
  const { definitions, imports, references } = result;
  const uses = new Map<string, string[]>();
  for (const { name, kind, line, container } of references) {
    const key = `${line + 1} in ${container === '' ? 'the file' : container}`;
    uses.set(key, [...(uses.get(key) ?? []), `${kind}:${name}`]);
  }
  return [
    '## definitions',
    ...definitions.map(
      ({ kind, container, name, line }) => `${line + 1} ${kind} ${[container, name].filter(Boolean).join(' > ')}`,
    ),
    '## imports',
    ...imports.map(({ from, name, alias, line }) => `${line + 1} ${name} of ${from} as ${alias || 'nothing'}`),
    '## references',
    ...[...uses].map(([key, names]) => `${key}: ${names.join(' ')}`),
    '',
  ].join('\n');
}

describe('names', () => {
  it('are looked at in at least 20 kinds of files', () => {
    expect(new Set(files.map((name) => languageOf(name))).size).toBeGreaterThanOrEqual(20);
  });

  it.each(files)('of %s', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    await expect(await describeNames(name, text)).toMatchFileSnapshot(join(folder, `${name}.names.txt`));
  });
});

describe('an import', () => {
  const check = (read: ImportReader, statement: string): string =>
    read(statement)
      .map(({ from, name, alias }) => `${from}|${name}|${alias}`)
      .join(' ');

  it.each([
    ["import a, * as b from 'm'", 'm|default|a m|*|b'],
    ["import type T from './t'", './t|default|T'],
    ["import { type A, default as d, 'x-y' as e } from 'm'", "m|A|A m|default|d m|'x-y'|e"],
    ["import /* from 'no' */ 'side'", 'side|*|'],
    ["export * as all from './all'", './all|*|'],
    ["{ a: { b }, c = 1, d: e } = require('m')", 'm|a|a m|c|c m|d|e'],
    ['const a = 1', ''],
  ])('of a script: %s', (statement, expected) => {
    expect(check(readScriptImport, statement)).toBe(expected);
  });

  it.each([
    ['pub use a::{self, b::{c, d as e}, f::*};', 'a|*|a a::b|c|c a::b|d|e a::f|*|'],
    ['use a::b as _;', 'a|b|_'],
    ['use a;', 'a|*|a'],
    ['mod parts;', 'self::parts|*|parts'],
    ['use a::{b', 'a|b|b'],
  ])('of Rust: %s', (statement, expected) => {
    expect(check(readRustImport, statement)).toBe(expected);
  });
});
