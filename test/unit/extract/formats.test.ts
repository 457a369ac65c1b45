/** Every fixture has sound places; EPUB, notebooks and HTML; a file is what its bytes say. */
import { describe, expect, it } from 'vitest';
import { extract, fixture, placedLines } from './extract-fixtures';
import { expectLines, facts, textOf } from './format-checks';

const files = [
  ...['two-columns', 'page-labels', 'table', 'blank-pages', 'crazyones', 'multilang'].map((name) => `${name}.pdf`),
  ...['headings', 'footnotes', 'endnotes', 'tables', 'text-box', 'strict-format', 'utf8-bom', 'numbering'].map(
    (name) => `${name}.docx`,
  ),
  ...['slides', 'tbl-cell', 'sld-notes', 'title'].map((name) => `${name}.pptx`),
  ...['number-formats', 'click-through', 'currency', 'dates'].map((name) => `${name}.xlsx`),
  ...['rbook-example', 'nodepub-example-2', 'nodepub-example-3', 'python-docx-guide-2', 'python-docx-guide-3'].map(
    (name) => `${name}.epub`,
  ),
  ...['test2', 'test4', 'many_tracebacks', 'sympy'].map((name) => `${name}.ipynb`),
  ...['lists', 'pep', 'slides'].map((name) => `${name}.html`),
];

it.each(files)('%s has places that are sorted, apart and inside the text', async (file) => {
  const outcome = await extract(file);
  if (outcome.kind === 'skipped') throw new Error(outcome.detail);
  const { text, places } = outcome.document;
  let end = 0;
  for (const range of places) {
    expect(range.start).toBeGreaterThanOrEqual(end);
    expect(range.end).toBeGreaterThan(range.start);
    end = range.end;
  }
  expect(end).toBeLessThanOrEqual(text.length);
  expect(places.length).toBeGreaterThan(0);
});

describe('EPUB', () => {
  it.each([
    [
      'rbook-example.epub',
      [
        'chapter 1, The Cover: # rbook cover',
        'chapter 3, Start Here: # rbook c1',
        'chapter 5, rbook Chapter 2: # rbook c2',
      ],
    ],
    [
      'nodepub-example-2.epub',
      [
        'chapter 1, Cover: Cover',
        'chapter 2, Unnamed Document: ## Book 1 of My Series',
        'chapter 3, Copyright: ### © Anonymous, 1980',
      ],
    ],
    [
      'nodepub-example-3.epub',
      ['chapter 1, Cover: Cover of Unnamed Document', 'chapter 3, Copyright: All rights reserved.'],
    ],
    [
      'python-docx-guide-2.epub',
      [
        'chapter 2, Installing: # Installing',
        'chapter 2, Installing: pip install python-docx',
        'chapter 3, API basics: # API basics',
      ],
    ],
    [
      'python-docx-guide-3.epub',
      [
        'chapter 2, Working with Documents: ## Opening a document',
        'chapter 3, Working with Tables: # Working with Tables',
      ],
    ],
  ])('%s', (file, lines) => expectLines(file, lines));
});

describe('notebooks', () => {
  it.each([
    [
      'test4.ipynb',
      [
        'cell 1: # nbconvert latex test',
        'cell 4: from __future__ import annotations\n\nprint("hello")',
        'cell 4, output: hello',
      ],
    ],
    ['sympy.ipynb', ['cell 8: diff(e, x)', 'cell 8, output: 2⋅x']],
    ['test2.ipynb', ['cell 2: "This is the new Jupyter notebook"', 'cell 6, output: f(3) =  4']],
  ])('%s', (file, lines) => expectLines(file, lines));

  it('shows errors without terminal colours, in fences', async () => {
    const text = await textOf('many_tracebacks.ipynb');
    expect(text).toMatch(/^```python\n# Imagine this cell/);
    expect(text).toContain("NameError: name 'iAmNotDefined' is not defined\n```\n");
    expect(text).not.toContain('\u001b');
  });
});

describe('HTML', () => {
  it.each([
    [
      'lists.html',
      [
        'line 1: # compact_lists.rst',
        'line 15: - This is an ordinary simple bullet list.',
        'line 16: - It should be made compact (<p> & </p> tags omitted).',
      ],
    ],
    ['pep.html', ['line 28: PEP: | 100', 'line 30: Title: | Test PEP', 'line 56: - Abstract']],
    [
      'slides.html',
      ['line 40: # Slide Shows', 'line 45: Author: | David Goodger', 'line 80: - Use the arrow keys to navigate.'],
    ],
  ])('%s', (file, lines) => expectLines(file, lines));

  it('leaves out scripts and styles, and the same file with CRLF has the same text and lines', async () => {
    const html = fixture('slides.html').toString('utf8');
    const unix = await extract('C:/docs/slides.html', Buffer.from(html));
    const windows = await extract('docs/slides.html', Buffer.from(html.replaceAll('\n', '\r\n')));
    expect(placedLines(windows)).toEqual(placedLines(unix));
    expect(await textOf('slides.html')).not.toMatch(/<script|defaultView|font-size/);
  });

  it('leaves templates and pages without text as source', async () => {
    expect(await facts('a.html', Buffer.from('<p>{{ user.name }}</p>'))).toBe('utf-8, html');
    expect(await facts('b.html', Buffer.from('<script>const a = 1;</script>'))).toBe('utf-8, html');
  });
});

it('reads a file by what it is when its name says otherwise', async () => {
  expect(await facts('report.txt', fixture('tables.docx'))).toBe('docx, plaintext');
  expect(await facts('report.docx', fixture('table.pdf'))).toBe('pdf, plaintext');
  expect(await facts('notes.pdf', Buffer.from('plain words\r\n'))).toBe('utf-8, plaintext');
  expect(await facts('slides.pptx', fixture('currency.xlsx'))).toBe('xlsx, markdown');
  expect(await facts('old.docx', Buffer.from('d0cf11e0a1b11ae10000', 'hex'))).toMatch(/^unsupported: The old binary/);
});
