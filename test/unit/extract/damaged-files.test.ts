/** Hundreds of broken files made from the real ones, in the built worker: each gives text or a reason, in time, and no worker dies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxNesting } from '../../../server/src/extract/extract-limits';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createExtractor } from '../../../server/src/workspace/worker-extractor';
import type { ExtractOutcome } from '../../../server/src/extract/document';
import { noAbort, workerFile } from '../workspace/workspace-fixture';
import { buildDocx, buildPdf, buildZip, fixture, placedLines } from './extract-fixtures';

const sources = [
  ...['two-columns.pdf', 'multilang.pdf', 'page-labels.pdf', 'encrypted-file.pdf'],
  ...['headings.docx', 'footnotes.docx', 'slides.pptx', 'sld-notes.pptx', 'number-formats.xlsx', 'encrypted.xlsx'],
  ...['python-docx-guide-3.epub', 'rbook-example.epub', 'test4.ipynb', 'pep.html'],
  ...['text/gb18030.txt', 'text/shift_jis.txt'],
];
/** A second machine may be busy with other tests; the files take milliseconds. */
const maxMs = 10_000;

const fileSystem = createNodeFileSystem();
const extractor = createExtractor({ workerFile: workerFile('extract'), fileSystem, count: 1, timeLimitMs: maxMs });
let workers = 0;
const countWorker = (): void => void (workers += 1);
beforeAll(() => void process.on('worker', countWorker));
afterAll(async () => {
  process.off('worker', countWorker);
  await extractor.dispose();
});

function extract(path: string, bytes: Uint8Array): Promise<ExtractOutcome> {
  return extractor.readDocument({ path, bytes }, noAbort);
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Damage = (bytes: Buffer, random: () => number) => Buffer;
const damages: Readonly<Record<string, Damage>> = {
  cut: (bytes, random) => bytes.subarray(0, Math.floor(bytes.length * random())),
  'without its start': (bytes, random) => bytes.subarray(Math.floor(1 + bytes.length * 0.5 * random())),
  'flipped bits': (bytes, random) => flip(bytes, random, 12),
  'many flipped bits': (bytes, random) => flip(bytes, random, 400),
  'a hole of zeros': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const start = Math.floor(bytes.length * random());
    return copy.fill(0, start, Math.min(bytes.length, start + Math.floor(bytes.length * 0.2)));
  },
  'a piece twice': (bytes, random) => {
    const at = Math.floor(bytes.length * random());
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.floor(at / 2))]);
  },
};

function flip(bytes: Buffer, random: () => number, count: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let turn = 0; turn < count; turn += 1) {
    const at = Math.floor(copy.length * random());
    copy.writeUInt8((copy[at] ?? 0) ^ (1 << Math.floor(8 * random())), at);
  }
  return copy;
}

/** What is wrong with the outcome; null if it is text or one sentence, in time. */
async function fault(path: string, bytes: Uint8Array): Promise<string | null> {
  const startMs = performance.now();
  const outcome = await extract(path, bytes).catch((error: unknown) => error);
  const tookMs = performance.now() - startMs;
  if (tookMs > maxMs) return `${path} took ${Math.round(tookMs)} ms`;
  if (typeof outcome !== 'object' || outcome === null || !('kind' in outcome))
    return `${path} threw ${String(outcome)}`;
  const { kind, document, detail } = outcome as { kind: string; document?: { text: string }; detail?: string };
  if (kind === 'document') return document?.text.trim() === '' ? `${path} gave an empty text` : null;
  return /^[A-Z].{10,300}\.$/s.test(detail ?? '') ? null : `${path} gave no sentence: ${detail ?? ''}`;
}

describe('damaged files', () => {
  it.each(sources)('%s: 24 broken copies give text or a reason', async (source) => {
    const random = seeded(source.length * 7919);
    const faults: (string | null)[] = [];
    for (const [name, damage] of Object.entries(damages)) {
      for (let turn = 0; turn < 4; turn += 1) {
        const problem = await fault(source, damage(fixture(source), random));
        if (problem) faults.push(`${name} ${turn}: ${problem}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('wrong extensions give text or a reason', async () => {
    const names = ['x.pdf', 'x.docx', 'x.pptx', 'x.xlsx', 'x.epub', 'x.ipynb', 'x.html', 'x.txt', 'x.json', 'x'];
    const faults: (string | null)[] = [];
    for (const source of sources) for (const name of names) faults.push(await fault(name, fixture(source)));
    expect(faults.filter(Boolean)).toEqual([]);
  });
});

describe('hostile files', () => {
  const check = async (path: string, bytes: Uint8Array, expected: RegExp): Promise<void> => {
    const startMs = performance.now();
    expect(
      placedLines(await extract(path, bytes))
        .join('\n')
        .slice(0, 400),
    ).toMatch(expected);
    expect(performance.now() - startMs).toBeLessThan(maxMs);
  };

  it('a part that unpacks to a thousand times its size is not unpacked', async () => {
    const bomb = Buffer.alloc(64 * 1024 * 1024, ' ');
    const bytes = buildZip({ 'word/document.xml': bomb });
    await check('bomb.docx', bytes, /^tooLarge: Its part word\/document\.xml unpacks to more than is read/);
    // A directory that lies about the size does not help it.
    const lying = Buffer.from(bytes);
    lying.writeUInt32LE(1_000, lying.indexOf('PK\u0001\u0002') + 24);
    await check('bomb.docx', lying, /^(?:damaged|tooLarge): /);
  });

  it('too many parts', async () => {
    const parts = Object.fromEntries(Array.from({ length: 20_001 }, (_, place) => [`p${place}`, '']));
    await check('many.xlsx', buildZip(parts), /^tooLarge: It has 20,001 parts/);
  });

  it('parts that are marked as encrypted', async () => {
    const bytes = buildZip({ 'word/document.xml': '<w:document/>' }, { isEncrypted: true });
    await check('locked.docx', bytes, /^encrypted: It is protected with a password\./);
  });

  it('deep nesting of XML, HTML and JSON', async () => {
    const deep = maxNesting * 200;
    await check('deep.docx', buildDocx('<w:x>'.repeat(deep)), /^tooLarge: .* nested more than 1,000 levels deep/);
    await check('deep.html', Buffer.from('<div>'.repeat(deep)), /^tooLarge: It is nested more than 1,000 levels deep/);
    await check(
      'deep.ipynb',
      Buffer.from(`{"cells":${'['.repeat(deep)}`),
      /^damaged: It is damaged: it is not valid JSON/,
    );
  });

  it('entities that would expand to a billion', async () => {
    const names = Array.from({ length: 20 }, (_, place) => `<!ENTITY e${place + 1} "${`&e${place};`.repeat(10)}">`);
    const xml = `<!DOCTYPE d [<!ENTITY e0 "ha">${names.join('')}]><d><body><p><r><t>say &e20;</t></r></p></body></d>`;
    await check('laugh.docx', buildZip({ 'word/document.xml': xml }), /^paragraph 1: say &e20;$/);
  });

  it('an endless line', async () => {
    const words = 'word '.repeat(400_000);
    await check('line.docx', buildDocx(`<w:p><w:r><w:t>${words}</w:t></w:r></w:p>`), /^paragraph 1: word word/);
    await check('line.pdf', buildPdf(`BT /F 10 Tf (${'word '.repeat(40_000)}) Tj ET`), /^page 1: word word/);
    await check('line.html', Buffer.from(`<p>${words}</p>`), /^line 1: word word/);
  });

  it('endless words and blanks, which a careless pattern would read again and again', async () => {
    const blanks = Buffer.from(`<p>x${'<b> </b>'.repeat(300_000)}</p>`);
    await check('blanks.html', blanks, /^line 1: x$/);
    await check('word.pdf', buildPdf(`BT /F 10 Tf (${'a'.repeat(300_000)}) Tj ET`), /^page 1: aaa/);
    const heading = `<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>x${' '.repeat(1_000_000)}y</w:t></w:r></w:p>`;
    await check('heading.docx', buildDocx(heading), /^paragraph 1: # x y$/);
  });

  it('styles, pages and chapters that refer to themselves', async () => {
    const loop = '<w:styles><w:style w:styleId="A"><w:basedOn w:val="A"/></w:style></w:styles>';
    const rels = '<Relationships><Relationship Id="1" Type="x/styles" Target="styles.xml"/></Relationships>';
    const body = '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>words</w:t></w:r></w:p>';
    const bytes = buildDocx(body, { 'word/styles.xml': loop, 'word/_rels/document.xml.rels': rels });
    await check('loop.docx', bytes, /^paragraph 1: words$/);
    const tree = Buffer.from(
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9>>endobj trailer<</Root 1 0 R>>',
    );
    await check('loop.pdf', tree, /^(?:damaged|noText): /);
  });
});

it('one worker has read them all', () => {
  expect(workers).toBe(1);
});
