/** How Excel shows a stored value: shared texts, number formats (ECMA-376 part 1, 18.8.30), dates, percentages. */
import { format } from 'numfmt';
import { attribute, readXml } from './read-markup';

/** Formats that a file names by number only; those left out are shown as General. */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0 ;(#,##0)',
  38: '#,##0 ;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
};

/** Days from 1900-01-00 to 1904-01-01, the first day of files made by old Macs. */
const days1904 = 1462;

/** Excel takes no longer ones. */
const maxFormatLength = 255;

export class XlsxValues {
  readonly #formats: string[] = [];
  constructor(
    styles: Uint8Array | null,
    private readonly sharedTexts: readonly string[],
    private readonly is1904: boolean,
  ) {
    if (styles) this.#readStyles(styles);
  }

  /** `type` and `style` are the cell's attributes `t` and `s`. */
  show(raw: string, type: string, style: number): string {
    if (type === 's') return this.sharedTexts[Number(raw)] ?? '';
    if (type === 'b') return raw === '1' ? 'TRUE' : 'FALSE';
    if (type !== '' && type !== 'n') return raw;
    const value = Number(raw);
    if (raw === '' || !Number.isFinite(value)) return raw;
    const pattern = this.#formats[style] ?? 'General';
    if (pattern === 'General' && Number.isSafeInteger(value) && Math.abs(value) < 1e11) return String(value);
    try {
      return format(pattern, this.is1904 && isDate(pattern) ? value + days1904 : value, { nbsp: false }).trim();
    } catch {
      return raw;
    }
  }

  #readStyles(bytes: Uint8Array): void {
    const own = new Map<number, string>();
    let inCellFormats = false;
    readXml(bytes, 'styles', {
      open: (name, attributes) => {
        const id = Number(attribute(attributes, 'numFmtId') ?? 0);
        if (name === 'numFmt')
          own.set(id, (attribute(attributes, 'formatCode') ?? 'General').slice(0, maxFormatLength));
        else if (name === 'cellXfs') inCellFormats = true;
        else if (name === 'xf' && inCellFormats) this.#formats.push(own.get(id) ?? builtIn[id] ?? 'General');
      },
      close: (name) => {
        if (name === 'cellXfs') inCellFormats = false;
      },
    });
  }
}

function isDate(pattern: string): boolean {
  return /[dmyhs]/i.test(pattern.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ''));
}

/** Texts that cells share, in order; readings of East Asian texts are left out. @throws ExtractError */
export function readSharedTexts(bytes: Uint8Array | null): readonly string[] {
  const texts: string[] = [];
  if (!bytes) return texts;
  let text = '';
  let [inText, phonetic] = [false, false];
  readXml(bytes, 'sharedStrings', {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 't') inText = true;
      else if (name === 'rPh') phonetic = true;
    },
    text: (piece) => {
      if (inText && !phonetic) text += piece;
    },
    close: (name) => {
      if (name === 'si') texts.push(text);
      else if (name === 't') inText = false;
      else if (name === 'rPh') phonetic = false;
    },
  });
  return texts;
}
