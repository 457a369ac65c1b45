import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChunkedDocument } from '../../../server/src/chunk/chunk';
import { chunkDocument } from '../../../server/src/chunk/chunk-document';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import { findChunkFaults as faults } from './chunk-faults';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { languageOf } from '../../../server/src/extract/languages';

const modules = join(import.meta.dirname, '../../../node_modules');
const parser = createSyntaxParser(findGrammarFiles());
const chunk = (path: string, text: string): Promise<ChunkedDocument> =>
  chunkDocument({ path, text, encoding: 'utf-8', language: languageOf(path) }, parser);

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

  it('hold every character once and in order, over 600 random texts in 15 languages', async () => {
    const random = createSeededRandom(20_261_125, 'texts');
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
      '<p id="a">',
      '{"a": [',
      'key:\n  - ',
      '.a {',
    ];
    const endings = 'md js ts py go rs cpp txt json yaml css html kt swift sh'.split(' ');
    const all: string[] = [];
    for (let round = 0; round < 600; round += 1) {
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
    expect(longest).toBeLessThan(520);
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

  it('keeps the first lines of a split symbol on its later parts, and cuts between statements', async () => {
    const body = Array.from({ length: 60 }, (_, idx) => `    if (value > ${idx}) {\n      call(${idx});\n    }`).join(
      '\n',
    );
    const method = `  async load(\n    key: string,\n    value: number,\n  ): Promise<void> {\n${body}\n  }\n`;
    const text = `export class Store extends Base {\n  size = 1;\n${method}}\n`;
    const { chunks } = await chunk('a.ts', text);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks[0]?.signature).toBeUndefined();
    for (const { signature, startOffset, heading } of chunks.slice(1)) {
      expect(signature).toBe('async load( key: string, value: number, ): Promise<void>');
      expect(heading).toBe('Store > load');
      expect(text.slice(startOffset)).toMatch(/^if \(value/);
    }
    const small = await chunk('b.ts', 'export class Store {\n  load(): void {}\n}\n');
    expect(small.chunks.map(({ signature }) => signature)).toEqual([undefined]);
  });

  it.each([
    ['a.js', '['.repeat(60_000) + ']'.repeat(60_000)],
    ['a.json', '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000)],
    ['a.html', '<div id="a">'.repeat(6_000)],
    ['a.ts', 'function a() {'.repeat(20_000)],
    ['a.py', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}class A${depth}:\n`).join('')],
    ['a.yaml', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a${depth}:\n`).join('')],
    ['a.rs', `use ${'a::{'.repeat(9_000)}b${'}'.repeat(9_000)};`],
  ])('cuts deep nesting in %s without a fault', async (path, text) => {
    const result = await chunk(path, text);
    expect(faults(path, text, result)).toEqual([]);
    expect(Math.max(0, ...result.definitions.map(({ container }) => container.length))).toBeLessThan(4_000);
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

  it('cuts by lines what brings a grammar down, and parses the next file as if nothing had been', async () => {
    const broken = '"${'.repeat(3_000);
    const result = await chunk('a.kt', broken);
    expect(result.problems[0]).toMatch(/^Parsing failed, so the file is cut by lines, without symbols \(.+\)\.$/);
    expect(faults('a.kt', broken, result)).toEqual([]);
    expect(await symbols('b.kt', 'fun go() {}\n')).toEqual(['function go']);
    expect(await symbols('b.ts', 'function go() {}\n')).toEqual(['function go']);
    const deep = await chunk('a.yaml', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''));
    expect(deep.problems).toEqual(['It nests too deep to parse, so the file is cut by lines, without symbols.']);
  });

  it('falls back to lines, and says so, when parsing takes too long', async () => {
    const slow = createSyntaxParser(findGrammarFiles(), 0);
    const text = 'function a () { return [1, 2, 3] }\n\n'.repeat(4_000);
    const result = await chunkDocument({ path: 'a.js', text, encoding: 'utf-8', language: 'javascript' }, slow);
    expect(result.problems).toEqual(['Parsing took too long, so the file is cut by lines, without symbols.']);
    expect(faults('a.js', text, result)).toEqual([]);
  });
});
