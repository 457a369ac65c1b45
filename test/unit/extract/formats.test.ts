import { describe, expect, it } from 'vitest';
import type { Place } from '../../../protocol/places';
import { buildDocx, buildPdf, buildZip, extract, fixture, placedLines } from './extract-fixtures';

/** These lines in this order, others may stand between them. */
async function expectLines(path: string, lines: readonly string[], bytes?: Uint8Array): Promise<void> {
  const found = placedLines(await extract(path, bytes ?? fixture(path)));
  let next = 0;
  const inOrder = lines.filter((line) => {
    const at = found.indexOf(line, next);
    if (at >= 0) next = at + 1;
    return at >= 0;
  });
  expect({ inOrder, found }).toEqual({ inOrder: lines, found });
}

async function facts(path: string, bytes?: Uint8Array): Promise<string> {
  const outcome = await extract(path, bytes ?? fixture(path));
  if (outcome.kind === 'skipped') return `${outcome.reason}: ${outcome.detail}`;
  const { encoding, language } = outcome.document;
  return [`${encoding}, ${language}`, ...outcome.problems].join('; ');
}

async function textOf(path: string, bytes?: Uint8Array): Promise<string> {
  const outcome = await extract(path, bytes ?? fixture(path));
  return outcome.kind === 'document' ? outcome.document.text : '';
}

const files = [
  ...['two-columns', 'page-labels', 'table', 'blank-pages', 'crazyones', 'multilang'].map((name) => `${name}.pdf`),
  ...['headings', 'footnotes', 'endnotes', 'tables', 'text-box', 'strict-format', 'utf8-bom', 'numbering'].map(
    (name) => `${name}.docx`,
  ),
  ...['slides', 'tbl-cell', 'sld-notes', 'title'].map((name) => `${name}.pptx`),
  ...['number-formats', 'click-through', 'currency', 'dates'].map((name) => `${name}.xlsx`),
  ...['rbook-example', 'python-docx-guide-2', 'python-docx-guide-3'].map((name) => `${name}.epub`),
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

describe('PDF', () => {
  it('reads the left column before the right, with a box for each line', async () => {
    const outcome = await extract('two-columns.pdf');
    if (outcome.kind === 'skipped') throw new Error(outcome.detail);
    const { text, places } = outcome.document;
    const boxAt = (line: string): Place | undefined => {
      const start = text.indexOf(line);
      return places.find((range) => range.start === start)?.place;
    };
    const order = ['Lorem ipsum dolor sit amet, consectetur\n', 'Phasellus nec odio at massa', 'in sit amet lorem.'];
    const offsets = order.map((line) => text.indexOf(line));
    expect(offsets.every((offset, place) => offset > (offsets[place - 1] ?? -1))).toBe(true);
    expect(boxAt('Lorem ipsum')).toEqual({ kind: 'page', page: 1, label: '1', box: [34.3, 79.3, 286.3, 91.3] });
    expect(boxAt('in sit amet lorem.')).toMatchObject({ page: 1, box: [309, 79.3, 560.9, 91.3] });
  });

  it('names pages by their labels', async () => {
    await expectLines('page-labels.pdf', [
      'page 1: This should be page 1',
      'page 4 (2): This should be page 4',
      'page iii (4): This should be page iii',
    ]);
  });

  it('reads tables as rows', async () => {
    await expectLines('table.pdf', [
      'page 1: Treat | Quantity | Description',
      'page 1: Albatross | 2.99 | On a stick!',
      "page 1: Crunchy Frog | 1.49 | If we took the bones out, it wouldn't be crunchy, now",
    ]);
  });

  it('reads scripts of all kinds, also with fonts that are not embedded', async () => {
    const text = await textOf('multilang.pdf');
    for (const words of ['Привет, мир', '你好世界', 'こんにちは世界', 'สวัสดีชาวโลก', 'مرحبا بالعالم'])
      expect(text).toContain(words);
    expect(await textOf('crazyones.pdf')).toContain(
      'How else can you stare at an empty canvas and see a work of art? Or\nsit in',
    );
  });

  it.each([
    [
      'blank-pages.pdf',
      'pdf, plaintext; Pages 2, 4 have no text layer (scanned or blank), so nothing of it is searched.',
    ],
    ['scanned.pdf', 'noText: It has no text layer: its pages are pictures, for instance scanned, or blank.'],
    ['encrypted-file.pdf', 'encrypted: It is protected with a password.'],
  ])('%s says what is not read', async (file, expected) => {
    expect(await facts(file)).toBe(expected);
  });

  it('joins words that a line end parts, and keeps the box of each part', async () => {
    const lines = ['The compres-', 'sion of state-of-the-', 'art models is re-', 'Read by nobody.'];
    const drawn = lines.map((line, place) => `BT /F 10 Tf 50 ${700 - 12 * place} Td (${line}) Tj ET`).join('\n');
    const outcome = await extract('made.pdf', buildPdf(drawn));
    if (outcome.kind === 'skipped') throw new Error(outcome.detail);
    expect(outcome.document.text).toBe('The compression\nof state-of-the-art\nmodels is re-\nRead by nobody.\n\n');
    const tops = outcome.document.places.map(({ place }) => (place.kind === 'page' ? place.box[1] : 0));
    expect(tops).toEqual([92, 104, 104, 116, 116, 128]);
  });
});

describe('Word', () => {
  it.each([
    ['headings.docx', ['paragraph 1: no specified style', 'paragraph 3: # Heading 1', 'paragraph 4: Body Text']],
    [
      'footnotes.docx',
      ['paragraph 1: Ouch[^1].[^2]', 'footnote 1: [^1]: A tachyon walks into a bar.', 'footnote 2: [^2]: Fin.'],
    ],
    ['endnotes.docx', ['paragraph 1: Ouch[^e1].[^e2]', 'endnote 1: [^e1]: A tachyon walks into a bar.']],
    [
      'tables.docx',
      [
        'paragraph 1: Above',
        'paragraph 2: Top left | Top right',
        'paragraph 4: Bottom left | Bottom right',
        'paragraph 6: Below',
      ],
    ],
    [
      'header-footer.docx',
      [
        'paragraph 1: section with header',
        'paragraph 3: section without header of its own.',
        'header 1: Header for section-1',
        'header 2: Footer for section 1',
      ],
    ],
    ['numbering.docx', ['paragraph 1: 1. Paragraph having List Number style.']],
    ['text-box.docx', ['paragraph 1: Datum plane']],
    ['strict-format.docx', ['paragraph 1: Test']],
    ['utf8-bom.docx', ['paragraph 1: This XML has a byte order mark.']],
  ])('%s', (file, lines) => expectLines(file, lines));

  it('reads tracked changes as accepted', async () => {
    const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
    const body = `
      <w:p>${run('The limit is ')}<w:del><w:r><w:delText>10</w:delText></w:r></w:del><w:ins>${run('20')}</w:ins>${run(' MB.')}</w:p>
      <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run('These two ')}</w:p><w:p>${run('are one.')}</w:p>
      <w:p><w:moveFrom>${run('Moved away.')}</w:moveFrom><w:moveTo>${run('Moved here.')}</w:moveTo></w:p>
      <w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>${run('gone')}</w:p></w:tc></w:tr>
      <w:tr><w:tc><w:p>${run('kept')}</w:p></w:tc></w:tr></w:tbl>`;
    expect(placedLines(await extract('made.docx', buildDocx(body)))).toEqual([
      'paragraph 1: The limit is 20 MB.',
      'paragraph 3: These two are one.',
      'paragraph 4: Moved here.',
      'paragraph 6: kept',
    ]);
  });

  it('labels numbered paragraphs as Word shows them', async () => {
    const level = (ilvl: number, format: string, text: string): string =>
      `<w:lvl w:ilvl="${ilvl}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
    const levels = level(0, 'decimal', '%1.') + level(1, 'lowerLetter', '%1.%2)') + level(2, 'upperRoman', '(%3)');
    const numbering = `<w:numbering><w:abstractNum w:abstractNumId="0">${levels}</w:abstractNum>
      <w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>`;
    const item = (ilvl: number): string =>
      `<w:p><w:pPr><w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="5"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>`;
    const body = [0, 1, 1, 2, 0, 1].map(item).join('');
    const rels = '<Relationships><Relationship Id="1" Type="x/numbering" Target="numbering.xml"/></Relationships>';
    const bytes = buildDocx(body, { 'word/numbering.xml': numbering, 'word/_rels/document.xml.rels': rels });
    expect(await textOf('made.docx', bytes)).toBe('1. x\n  1.a) x\n  1.b) x\n    (I) x\n2. x\n  2.a) x\n');
  });

  it('expands no entity that the file declares, and takes names with backslashes for what they mean', async () => {
    const xml = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY b "boom">]>
      <w:document><w:body><w:p><w:r><w:t>a &amp; &e;&b; z</w:t></w:r></w:p></w:body></w:document>`;
    const bytes = buildZip({ '..\\..\\evil.txt': 'x', '/etc/evil': 'x', 'word\\document.xml': xml });
    expect(placedLines(await extract('made.docx', bytes))).toEqual(['paragraph 1: a & &e;&b; z']);
  });
});

describe('PowerPoint', () => {
  it.each([
    [
      'slides.pptx',
      ['slide 1: # Slide 1', 'slide 1: Test text', 'slide 1: Group test text', 'slide 1: Col head 1 | Col head 2'],
    ],
    ['tbl-cell.pptx', ['slide 1: # Slide 1', 'slide 3: # Slide 3', 'slide 3: a | b | c', 'slide 3: g | h | i']],
    ['sld-notes.pptx', ['slide 1: # Slide 1', 'slide 1, notes: Notes']],
    ['title.pptx', ['slide 1: # Presentation Title Text', 'slide 1: Subtitle Text']],
  ])('%s', (file, lines) => expectLines(file, lines));
});

describe('Excel', () => {
  const sheet1 = 'sheet Sheet1, ';
  it.each([
    [
      'number-formats.xlsx',
      ['B41: 1.20', 'B42: $1.20', 'B47: 120.00%', 'B48: 1 1/5', 'B49: 1.20E+00'].map((line) => sheet1 + line),
    ],
    ['dates.xlsx', ['A1: Date', 'A2: 25/12/14', 'B2: 11:11:11'].map((line) => sheet1 + line)],
    ['currency.xlsx', ['sheet CNY, A1: 2013/9/1', 'sheet CNY, C1: 1,000.00', 'sheet CNY, E3: 58.33']],
    ['click-through.xlsx', ['sheet ClickThroughRateSheet, B2: Clicks', 'sheet ClickThroughRateSheet, D3: 0.11%']],
  ])('%s shows cells as Excel does', (file, lines) => expectLines(file, lines));

  it('places rows instead of cells in very large sheets', async () => {
    const row = (number: number): string =>
      `<row r="${number}">${['B', 'C', 'F'].map((column) => `<c r="${column}${number}"><v>${number}</v></c>`).join('')}</row>`;
    const rows = Array.from({ length: 20_000 }, (_, place) => row(place + 1)).join('');
    const bytes = buildZip({
      'xl/workbook.xml': '<workbook><sheets><sheet name="Data" r:id="r1"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>',
      'xl/s.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    });
    const lines = placedLines(await extract('made.xlsx', bytes));
    expect(lines.slice(0, 2)).toEqual(['sheet Data, B1: 1', 'sheet Data, C1: 1']);
    expect(lines.at(-1)).toBe('sheet Data, B20000:F20000: \t20000\t20000\t\t\t20000');
  });

  it('keeps rows in lines and columns in order', async () => {
    expect(await textOf('currency.xlsx')).toContain('2013/9/1\t2013/9/2\t1,000.00\t5.00000\t13.89\n2013/9/2\t');
    expect(await textOf('click-through.xlsx')).toContain('# ClickThroughRateSheet\n\n\tClicks\tImpressions\tCTR\n');
    expect(await facts('encrypted.xlsx')).toBe('encrypted: It is protected with a password.');
  });
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

describe('encodings', () => {
  it.each([
    ['gb18030.txt', 'gb18030'],
    ['big5.txt', 'big5'],
    ['shift_jis.txt', 'shift_jis'],
    ['euc_jp.txt', 'euc-jp'],
    ['iso2022_jp.txt', 'iso-2022-jp'],
  ])('%s equals its UTF-8 twin', async (file, encoding) => {
    const twin = fixture(`text/${file.replace('.txt', '-utf8.txt')}`).toString('utf8');
    expect(await textOf(file, fixture(`text/${file}`))).toBe(twin);
    expect(await facts(file, fixture(`text/${file}`))).toMatch(new RegExp(`^${encoding}, plaintext`));
  });

  it('tells euc-kr, big5 and windows-1252 apart in short and long texts', async () => {
    expect(await textOf('k.txt', fixture('text/euc_kr.txt'))).toMatch(/^◎ 파이썬\(Python\)은 배우기 쉽고/);
    expect(await facts('k.txt', fixture('text/sample-korean.txt'))).toMatch(/^euc-kr/);
    expect(await facts('c.txt', fixture('text/sample-chinese.txt'))).toMatch(/^big5/);
    expect(await facts('f.txt', fixture('text/sample-french-1.txt'))).toMatch(
      /^windows-1252, plaintext; It is not valid UTF-8/,
    );
    expect(await facts('e.srt', fixture('text/sample-english.bom.txt'))).toMatch(/^utf-8-bom/);
  });

  it('reads UTF-8 that was cut or damaged as UTF-8, and says so', async () => {
    const whole = fixture('text/gb18030-utf8.txt');
    expect(await facts('a.log', whole.subarray(0, 400))).toMatch(/^utf-8, log/);
    expect(await facts('a.log', whole.subarray(0, 401))).toBe(
      'utf-8, log; 1 of its characters are damaged UTF-8 and are shown as \ufffd.',
    );
  });

  it('reads UTF-16 without a mark, and what a file declares', async () => {
    const text = 'Grüße, 世界\nzweite Zeile\n';
    expect(await textOf('u.txt', Buffer.from(text, 'utf16le'))).toBe(text);
    expect(await facts('u.txt', Buffer.from(text, 'utf16le').swap16())).toMatch(/^utf-16be/);
    const latin = Buffer.from('<?xml version="1.0" encoding="iso-8859-15"?><a>10 \u00a4</a>', 'latin1');
    expect(await textOf('p.xml', latin)).toContain('10 €');
  });
});

it('reads a file by what it is when its name says otherwise', async () => {
  expect(await facts('report.txt', fixture('tables.docx'))).toBe('docx, plaintext');
  expect(await facts('report.docx', fixture('table.pdf'))).toBe('pdf, plaintext');
  expect(await facts('notes.pdf', Buffer.from('plain words\r\n'))).toBe('utf-8, plaintext');
  expect(await facts('slides.pptx', fixture('currency.xlsx'))).toBe('xlsx, markdown');
  expect(await facts('old.docx', Buffer.from('d0cf11e0a1b11ae10000', 'hex'))).toMatch(/^unsupported: The old binary/);
});
