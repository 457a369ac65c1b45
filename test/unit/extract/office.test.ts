/** Word, PowerPoint and Excel files: text, order and places. */
import { describe, expect, it } from 'vitest';
import { buildDocx, buildZip, extract, placedLines } from './extract-fixtures';
import { expectLines, facts, textOf } from './format-checks';

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
