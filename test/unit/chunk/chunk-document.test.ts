import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChunkedDocument } from '../../../server/src/chunk/chunk';
import { chunkDocument } from '../../../server/src/chunk/chunk-document';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { maxChunkChars } from '../../../server/src/chunk/text-measure';
import { languageOf } from '../../../server/src/extract/languages';

const modules = join(import.meta.dirname, '../../../node_modules');
const grammars = join(modules, '@vscode/tree-sitter-wasm/wasm');
const parser = createSyntaxParser(grammars);
const chunk = (path: string, text: string): Promise<ChunkedDocument> =>
  chunkDocument({ path, text, encoding: 'utf-8', language: languageOf(path) }, parser);

/** What breaks the chunker's contract; an empty list for a sound result. */
function faults(path: string, text: string, { chunks, definitions, references }: ChunkedDocument): readonly string[] {
  const found: string[] = [];
  let last = 0;
  for (const { startOffset, endOffset, startLine, endLine } of chunks) {
    const at = `${path}:${startOffset}-${endOffset}`;
    if (startOffset < last || endOffset <= startOffset) found.push(`${at} is not apart from the one before`);
    if (endOffset - startOffset > maxChunkChars) found.push(`${at} is too long`);
    if (text.slice(last, startOffset).trim() !== '') found.push(`${at} leaves text out before it`);
    if (/[\uDC00-\uDFFF]/.test(text.charAt(startOffset)) && /[\uD800-\uDBFF]/.test(text.charAt(startOffset - 1))) {
      found.push(`${at} starts inside a character`);
    }
    if (startLine !== countLines(text, startOffset) || endLine !== countLines(text, endOffset - 1))
      found.push(`${at} has wrong lines`);
    last = endOffset;
  }
  if (text.slice(last).trim() !== '') found.push(`${path}: text is left out at the end`);
  for (const { name, nameOffset, kind } of definitions) {
    if (kind !== 'heading' && !text.startsWith(name, nameOffset) && !text.startsWith(name, nameOffset + 1)) {
      found.push(`${path}: ${name} does not stand at ${nameOffset}`);
    }
  }
  for (const { name, offset } of references)
    if (!text.startsWith(name, offset)) found.push(`${path}: ${name} is not at ${offset}`);
  return found;
}

function countLines(text: string, offset: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** `kind container > name` of each definition. */
const symbols = async (path: string, text: string): Promise<readonly string[]> =>
  (await chunk(path, text)).definitions.map(
    ({ kind, container, name }) => `${kind} ${container === '' ? '' : `${container} > `}${name}`,
  );

describe('chunks', () => {
  it('hold every character once and in order, over a whole project', async () => {
    const root = join(modules, 'fastify');
    const names = await readdir(root, { recursive: true });
    const files = names
      .filter((name) => /\.(?:js|ts|md|json|yml)$/.test(name) && !name.includes('node_modules'))
      .sort();
    const all: string[] = [];
    for (const name of files) {
      const text = await readFile(join(root, name), 'utf8');
      all.push(...faults(name, text, await chunk(name, text)));
    }
    expect(files.length).toBeGreaterThan(250);
    expect(all).toEqual([]);
  });

  it('hold every character once and in order, over 400 random texts in 8 languages', async () => {
    const random = mulberry32(20_261_125);
    const bits = [
      '# a\n',
      '```\n',
      '\n\n',
      '\r\n',
      ' ',
      'function f() {',
      '}',
      '深度学习',
      '👍🏽',
      'x'.repeat(700),
      '字'.repeat(600),
      '😀'.repeat(400),
      'class A:\n  def b(self):\n',
      '"',
      '/*',
      'é',
      '\uD800',
      'word. ',
      '\t',
    ];
    const endings = ['md', 'js', 'ts', 'py', 'go', 'rs', 'cpp', 'txt'];
    const all: string[] = [];
    for (let round = 0; round < 400; round += 1) {
      const length = Math.floor(random() * 40);
      const text = Array.from({ length }, () => bits[Math.floor(random() * bits.length)] ?? '').join('');
      const path = `random-${round}.${endings[round % endings.length] ?? 'txt'}`;
      all.push(...faults(path, text, await chunk(path, text)));
    }
    expect(all).toEqual([]);
  });

  it('cut a line of two megabytes safely and soon', async () => {
    const text = '😀字 word'.repeat(290_000);
    const start = performance.now();
    expect(faults('line.txt', text, await chunk('line.txt', text)).slice(0, 3)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('hold fewer Chinese characters than Latin ones, since each costs more tokens', async () => {
    const { chunks } = await chunk('a.txt', '模型读取整个仓库。'.repeat(500));
    const longest = Math.max(...chunks.map(({ startOffset, endOffset }) => endOffset - startOffset));
    expect(longest).toBeLessThan(600);
    expect(longest).toBeGreaterThan(200);
  });
});

describe('structure', () => {
  it('gives each Markdown section the path of its headings, and none to a fenced line', async () => {
    const body = 'Some words that fill the section. '.repeat(30);
    const text = `---\ntitle: x\n---\n# Top\n${body}\n## A \`b\` [c](d)\n${body}\n\`\`\`sh\n# no heading\n\`\`\`\nUnder\n---\n${body}\n`;
    const { chunks } = await chunk('a.md', text);
    expect(chunks.map(({ heading, kind }) => `${kind} ${heading}`)).toEqual([
      'section Top',
      'section Top > A b c',
      'section Top > Under',
    ]);
  });

  it('keeps the name of a split function on all its parts', async () => {
    const body = Array.from(
      { length: 90 },
      (_, idx) => `    const value${idx} = compute(${idx}, 'some text to fill')`,
    ).join('\n');
    const { chunks } = await chunk('a.js', `class Store {\n  load () {\n${body}\n  }\n}\n`);
    expect(chunks.length).toBeGreaterThan(2);
    expect(new Set(chunks.map(({ heading }) => heading))).toEqual(new Set(['Store > load']));
  });

  it('packs small neighbours together and names them all', async () => {
    const { chunks } = await chunk('a.js', 'function one () { return 1 }\n\nfunction two () { return 2 }\n');
    expect(chunks.map(({ heading }) => heading)).toEqual(['']);
    const long = `// ${'filler '.repeat(200)}\n`;
    const packed = await chunk('b.js', `${long}function one () { return 1 }\n\nfunction two () { return 2 }\n${long}`);
    expect(packed.chunks.map(({ heading }) => heading).join('|')).toContain('one');
  });

  it.each([
    [
      'a.ts',
      'export class A { run(): void {} x = 1 }\ninterface B { y: string }\ntype C = 1; enum D { E }\nconst f = () => 1;',
      [
        'class A',
        'method A > run',
        'property A > x',
        'interface B',
        'property B > y',
        'type C',
        'enum D',
        'function f',
      ],
    ],
    [
      'a.js',
      'Fastify.prototype.ready = function () { function inner () {} }\nmodule.exports = { go: () => 1 }',
      ['function ready', 'function ready > inner', 'method go'],
    ],
    ['a.tsx', 'export function View() { return <p/>; }', ['function View']],
    ['a.py', 'class A:\n  def b(self):\n    pass\ndef c(): pass\n', ['class A', 'function A > b', 'function c']],
    [
      'a.go',
      'package p\nfunc (s *S) Run() {}\ntype S struct {}\nfunc New() *S { return nil }\n',
      ['method Run', 'type S', 'function New'],
    ],
    [
      'a.rs',
      'struct P; impl P { fn area(&self) {} }\ntrait T {}\n',
      ['struct P', 'impl P', 'function P > area', 'trait T'],
    ],
    ['A.java', 'class A { void run() {} }\n', ['class A', 'method A > run']],
    [
      'a.c',
      'struct point { int x; };\nint *add(int a, int b) { struct point p; return 0; }\n',
      ['struct point', 'function add'],
    ],
    [
      'a.cpp',
      'namespace n { class A { void run() {} }; }\nvoid A::stop() {}\n',
      ['namespace n', 'class n > A', 'function n > A > run', 'function stop'],
    ],
    [
      'a.cs',
      'namespace N { class A { void Run() {} int X { get; } } }',
      ['namespace N', 'class N > A', 'method N > A > Run', 'property N > A > X'],
    ],
    ['a.rb', 'module M\n  class A\n    def run; end\n  end\nend\n', ['module M', 'class M > A', 'method M > A > run']],
    ['a.php', '<?php class A { function run() {} } function go() {}', ['class A', 'method A > run', 'function go']],
    ['a.sh', 'build() { make; }\n', ['function build']],
    ['a.ps1', 'function Get-It { 1 }\n', ['function Get-It']],
  ])('finds the symbols of %s', async (path, text, expected) => {
    expect(await symbols(path, text)).toEqual(expected);
  });

  it('tells a use from the definition', async () => {
    const { references } = await chunk('a.js', 'function load () {}\nload(); store.load()\n');
    expect(references.map(({ name, offset, line }) => `${name} ${offset} ${line}`)).toEqual([
      'load 20 1',
      'store 28 1',
      'load 34 1',
    ]);
  });

  it('falls back to paragraphs, and says so, when parsing takes too long', async () => {
    const slow = createSyntaxParser(grammars, 0);
    const text = 'function a () { return [1, 2, 3] }\n\n'.repeat(4_000);
    const result = await chunkDocument({ path: 'a.js', text, encoding: 'utf-8', language: 'javascript' }, slow);
    expect(result.problems).toEqual(['Parsing took too long, so the file is cut by paragraphs, without symbols.']);
    expect(faults('a.js', text, result)).toEqual([]);
  });
});

/** A small random generator with a fixed seed, so that a failure can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
