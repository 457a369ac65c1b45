/** No chunk has more than 512 tokens of the critic, counted by its real tokenizer, in either pass and any kind of text. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunkDocument } from '../../../server/src/chunk/chunk-document';
import { chunkQuick } from '../../../server/src/chunk/chunk-quick';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { TokenWeigher, costOfToken } from '../../../server/src/chunk/token-weights';
import { parseTokenizer } from '../../../server/src/tokens/tokenizer';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { languageOf } from '../../../server/src/extract/languages';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import { findChunkFaults } from './chunk-faults';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tokenizer = parseTokenizer(JSON.parse(read('models/critic/tokenizer.json')));
const parser = createSyntaxParser(findGrammarFiles());
const random = createSeededRandom(512, 'tokens');
const pick = (characters: string): string => characters.charAt(Math.floor(random() * characters.length));
const draw = (length: number, characters: string): string => Array.from({ length }, () => pick(characters)).join('');

const lower = 'abcdefghijklmnopqrstuvwxyz';
const base64 = `${lower}${lower.toUpperCase()}0123456789+/`;
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const han = Array.from({ length: 4_000 }, () => String.fromCharCode(0x4e00 + Math.floor(random() * 0x51a5))).join('');
const files = [
  'README.md',
  'package.json',
  'package-lock.json',
  'node_modules/fastify/lib/reply.js',
  'node_modules/typescript/lib/lib.dom.d.ts',
  'node_modules/typescript/lib/_tsc.js',
  'test/fixtures/sample-workspace/src/queue.ts',
  ...readdirSync(join(root, 'test/fixtures/code/languages')).map((name) => `test/fixtures/code/languages/${name}`),
];

const texts: readonly (readonly [string, string])[] = [
  ...files.map((path) => [path, read(path).slice(0, 400_000)] as const),
  ['base64.txt', draw(30_000, base64)],
  ['wrapped.pem', draw(30_000, base64).replace(/(.{64})/g, '$1\n')],
  ['hex.c', draw(30_000, '0123456789abcdef').replace(/(..)/g, '0x$1, ')],
  ['digits.csv', draw(30_000, '0123456789').replace(/(.{6})/g, '$1;')],
  ['letters.txt', draw(30_000, lower)],
  ['words.txt', draw(30_000, `${lower}     `)],
  ['dna.fasta', draw(30_000, 'ACGT').replace(/(.{70})/g, '$1\n')],
  ['all.txt', draw(30_000, `${base64}${punctuation} \n`)],
  ['marks.txt', draw(30_000, punctuation)],
  ['apart.txt', draw(30_000, punctuation).split('').join(' ')],
  ['table.md', '| 1 | 22 | a.b | x_y | – |\n'.repeat(1_500)],
  [
    'addresses.log',
    Array.from({ length: 2_000 }, () => `10.${draw(2, '123456789')}.0.${draw(2, '12')}:80 GET /`).join('\n'),
  ],
  ['rules.txt', `${'-'.repeat(4_000)}\n${'='.repeat(4_000)}\n${'. '.repeat(4_000)}`],
  ['chinese.md', '模型读取整个仓库，找到证据，再回答问题。'.repeat(500)],
  ['rare.txt', han],
  ['japanese.txt', 'これは長い文章です。カタカナとｶﾀｶﾅと漢字が混ざっている。'.repeat(300)],
  ['korean.txt', '긴 문서를 읽고 근거를 찾아 대답합니다. '.repeat(400)],
  ['russian.txt', 'Модель читает весь репозиторий и находит доказательства. '.repeat(300)],
  ['french.txt', 'L’été, à l’œuvre… le modèle lit « tout » le dépôt, même très long. '.repeat(300)],
  ['arabic.txt', 'يقرأ النموذج المستودع كله ويجد الأدلة ﷺ ﷽. '.repeat(300)],
  ['emoji.txt', '👩🏽‍💻🚀✅ 🇩🇪🄐🆎 ｆｕｌｌ ⑳ ㍿ ½ ™ '.repeat(300)],
  ['controls.txt', `a\u0001\u0002 \u0003\u200b\ufeff\u00a0b\u0085`.repeat(900)],
  ['maths.txt', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝅘𝅥𝅮 ∑ ≠ ⟹ α²'.repeat(500)],
];

describe('a chunk has at most 512 tokens', () => {
  it.each(texts)('in %s', async (path, text) => {
    const document = { path, text, encoding: 'utf-8', language: languageOf(path) };
    const passes = { quick: chunkQuick(document), symbols: await chunkDocument(document, parser) };
    for (const [pass, result] of Object.entries(passes)) {
      expect(findChunkFaults(`${pass} ${path}`, text, result)).toEqual([]);
      const counts = result.chunks.map(
        ({ startOffset, endOffset }) => tokenizer.encode(text.slice(startOffset, endOffset)).ids.length,
      );
      expect(Math.max(...counts), pass).toBeLessThanOrEqual(512);
    }
  });

  it('with room to spare for prose and code, which are cut as seldom as the bound allows', () => {
    const meanOf = (path: string): number => {
      const text = read(path).slice(0, 200_000);
      return text.length / chunkQuick({ text }).chunks.length;
    };
    expect(meanOf('node_modules/fastify/docs/Reference/Server.md')).toBeGreaterThan(900);
    expect(meanOf('node_modules/fastify/lib/reply.js')).toBeGreaterThan(900);
    expect(meanOf('node_modules/typescript/lib/lib.dom.d.ts')).toBeGreaterThan(900);
  });
});

describe('the bound of a text without its tokenizer', () => {
  const bound = (text: string): number => {
    const weigher = new TokenWeigher();
    let cost = costOfToken;
    for (let at = 0; at < text.length; at += 1) cost += weigher.next(text.charCodeAt(at));
    return cost / costOfToken;
  };

  it('holds for every character outside of ASCII alone, behind a space and between letters', () => {
    const low: string[] = [];
    for (let code = 0x80; code < 0x30000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      for (const text of [character, ` ${character}`, `a ${character}`]) {
        if (tokenizer.encode(text).ids.length > bound(text)) low.push(code.toString(16));
      }
    }
    expect(low).toEqual([]);
  }, 120_000);

  it('holds for every two characters of ASCII in turns, but for the head of a long word, which has room kept', () => {
    const low: string[] = [];
    for (let first = 33; first < 127; first += 1) {
      for (let second = 32; second < 127; second += 1) {
        const text = String.fromCharCode(first, second).repeat(200);
        if (tokenizer.encode(text).ids.length > bound(text) + 10) low.push(text.slice(0, 2));
      }
    }
    expect(low).toEqual([]);
  });
});
