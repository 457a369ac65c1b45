/** The symbol graph over a small workspace: which definition a name means, and what stands around a place. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChunkedDocument } from '../../../server/src/chunk/chunk';
import { chunkDocument } from '../../../server/src/chunk/chunk-document';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { languageOf } from '../../../server/src/extract/languages';
import type { CodePlace, StoredChunk, SymbolPlace } from '../../../server/src/index/index-store';
import { matchesModule } from '../../../server/src/retrieve/module-paths';
import { rankDefinitions } from '../../../server/src/retrieve/rank-definitions';
import { neighboursOf, type SymbolSource } from '../../../server/src/retrieve/symbol-graph';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';

const root = join(import.meta.dirname, '../../fixtures/code/shop');
const texts = new Map<string, string>();
const documents = new Map<string, ChunkedDocument>();
const signal = new AbortController().signal;

beforeAll(async () => {
  const parser = createSyntaxParser(findGrammarFiles());
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.\w+$/.test(name)) continue;
    const path = name.replaceAll('\\', '/');
    const text = readFileSync(join(root, name), 'utf8');
    texts.set(path, text);
    documents.set(path, await chunkDocument({ path, text, encoding: 'utf-8', language: languageOf(path) }, parser));
  }
});

/** The chunks of the fixture are whole files, so each definition is made a chunk of its own. */
function chunkAt(path: string, offset: number): StoredChunk | null {
  const text = texts.get(path) ?? '';
  const around = (documents.get(path)?.definitions ?? [])
    .filter((place) => place.startOffset <= offset && offset < place.endOffset)
    .sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset))
    .find(({ kind }) => /function|method|interface|heading/.test(kind));
  const { startOffset, endOffset, name } = around ?? { startOffset: 0, endOffset: text.length, name: 'file' };
  const body = text.slice(startOffset, endOffset);
  return { id: 0, path, startOffset, endOffset, startLine: 0, endLine: 0, heading: name, text: body, score: 0 };
}

const places = (name: string): readonly SymbolPlace[] =>
  [...documents].flatMap(([path, { definitions }]) =>
    definitions.filter((place) => place.name === name).map((place) => ({ ...place, path })),
  );

const source: SymbolSource = {
  definitions: (name) => Promise.resolve(places(name)),
  references: (name) =>
    Promise.resolve(
      [...documents].flatMap(([path, { references }]) =>
        references.filter((use) => use.name === name).map((use) => ({ ...use, path })),
      ),
    ),
  importsOf: (path) => Promise.resolve(documents.get(path)?.imports ?? []),
  namesIn: (path, start, end) => {
    const { definitions = [], references = [] } = documents.get(path) ?? {};
    return Promise.resolve({
      definitions: definitions
        .filter((at) => at.nameOffset >= start && at.nameOffset < end)
        .map((at) => ({ ...at, path })),
      references: references.filter(({ offset }) => offset >= start && offset < end),
    });
  },
  chunkAt: (path, offset) => Promise.resolve(chunkAt(path, offset)),
};

/** The range of a definition. */
function rangeOf(path: string, name: string): CodePlace {
  const place = places(name).find((item) => item.path === path);
  if (!place) throw new Error(`${path} does not define ${name}.`);
  return place;
}

/** `relation name path heading`, best first. */
async function neighbours(path: string, name: string, limit = 20): Promise<readonly string[]> {
  const found = await neighboursOf(rangeOf(path, name), source, { limit, signal });
  return found.map(({ relation, name: by, chunk }) => `${relation} ${by} ${chunk.path} ${chunk.heading}`);
}

describe('the neighbours of a place', () => {
  it('are what it calls, through renamed and whole imports, not a function of the same name elsewhere', async () => {
    const found = await neighbours('src/basket.ts', 'total');
    const definitions = found.filter((line) => line.startsWith('definition'));
    expect(definitions.sort()).toEqual([
      'definition lookUp src/store/prices.ts priceOf',
      'definition money src/util/format.ts money',
    ]);
  });

  it('are its callers, its tests and the section that names it', async () => {
    const found = await neighbours('src/basket.ts', 'total');
    expect(found).toContain('caller total src/checkout.ts checkOut');
    expect(found).toContain('doc total docs/guide.md Totals');
    expect(found.filter((line) => line.startsWith('test'))).toEqual(['test total tests/basket.test.ts file']);
  });

  it('leave out the callers of another function that has the same name', async () => {
    expect(await neighbours('src/legacy.ts', 'priceOf')).toEqual([
      'caller priceOf src/legacy.ts money',
      'doc priceOf docs/guide.md Totals',
    ]);
    const round = await neighbours('src/util/format.ts', 'round');
    expect(round).toEqual(['caller round src/util/format.ts money']);
  });

  it('are never the place itself, come once, and keep to the limit', async () => {
    const found = await neighbours('src/basket.ts', 'Basket');
    expect(found.some((line) => line.includes('src/basket.ts'))).toBe(false);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toContain('caller Basket src/checkout.ts empty');
    expect(await neighbours('src/basket.ts', 'Basket', 2)).toEqual(found.slice(0, 2));
  });

  it('stop when they are no longer wanted', async () => {
    const aborted = AbortSignal.abort();
    await expect(
      neighboursOf(rangeOf('src/basket.ts', 'total'), source, { limit: 5, signal: aborted }),
    ).rejects.toThrow(/cancel/i);
  });
});

describe('a name means', () => {
  const ways = (path: string, name: string, kind: 'call' | 'type', container = ''): readonly string[] =>
    rankDefinitions({ name, path, kind, container }, places(name), documents.get(path)?.imports ?? []).map(
      ({ place, by }) => `${by} ${place.path}`,
    );

  it('what its own file defines around it, before all others', () => {
    expect(ways('src/legacy.ts', 'priceOf', 'call', 'money')).toEqual([
      'scope src/legacy.ts',
      'rest src/store/prices.ts',
    ]);
  });

  it('what the file imports, before its own folder', () => {
    expect(ways('src/basket.ts', 'money', 'call')).toEqual(['import src/util/format.ts', 'folder src/legacy.ts']);
    expect(ways('src/store/prices.ts', 'Entry', 'type')).toEqual(['import src/store/entry.ts']);
  });
});

describe('a module can be', () => {
  it.each([
    ['src/a.ts', './b', 'src/b.ts', true],
    ['src/a.ts', './b.js', 'src/b.ts', true],
    ['src/a.ts', '../b', 'b/index.ts', true],
    ['src/a.ts', './b', 'lib/b.ts', false],
    ['src/a.ts', './b.worker', 'src/b.worker.ts', true],
    ['src/a.ts', '@/util/b', 'src/util/b.ts', true],
    ['src/a.ts', 'react', 'src/parts/react.ts', false],
    ['pkg/a.py', '.b', 'pkg/b.py', true],
    ['pkg/sub/a.py', '..b.c', 'pkg/b/c.py', true],
    ['pkg/a.py', 'pkg.b', 'src/pkg/b/__init__.py', true],
    ['src/flask/app.py', 'json', 'src/flask/json/tag.py', false],
    ['cmd/main.go', 'github.com/x/shop/store/v2', 'store/cart.go', false],
    ['cmd/main.go', 'github.com/x/shop/store/v2', 'shop/store/cart.go', true],
    ['src/main.rs', 'crate::units::mass', 'src/units/mass.rs', true],
    ['src/units/mod.rs', 'self::mass', 'src/units/mass.rs', true],
    ['src/a/b.rs', 'super::c', 'src/a/c.rs', true],
    ['A.java', 'org.example.bank.Money', 'src/main/java/org/example/bank/Money.java', true],
    ['A.java', 'org.example.log', 'src/main/java/org/example/log/Line.java', true],
    ['A.java', 'java.util', 'src/main/java/org/example/util/List.java', false],
    ['src/ring.c', 'ring.h', 'src/ring.h', true],
    ['src/main.c', 'math/ring.h', 'include/math/ring.c', true],
    ['src/ring.c', 'ring.h', 'lib/other/ring.h', false],
    ['src/Http/Router.php', 'App\\Log\\Logger', 'src/App/Log/Logger.php', true],
    ['lib/garden.rb', './plants/rose', 'lib/plants/rose.rb', true],
  ])('in %s, %s: %s is %s', (from, module, path, expected) => {
    expect(matchesModule(from, module, path)).toBe(expected);
  });
});
