/** Labels of numbered paragraphs (ECMA-376 part 1, 17.9): `1.`, `2.3`, `(a)`, or a dash for bullets. */
import { attribute, readXml } from './read-markup';

interface Level {
  readonly format: string;
  /** For instance `%1.%2`. */
  readonly text: string;
  readonly start: number;
}
interface LevelDraft {
  format: string;
  text: string;
  start: number;
}

export class WordNumbering {
  readonly #levels = new Map<string, Map<number, Level>>();
  readonly #abstractOf = new Map<string, string>();
  readonly #counters = new Map<string, number[]>();

  /** @throws ExtractError */
  constructor(bytes: Uint8Array | null) {
    if (bytes) this.#read(bytes);
  }

  /** The label of the next paragraph of that list and level, with a blank at its end; empty if it has none. */
  next(numId: string, level: number): string {
    const list = this.#abstractOf.get(numId);
    const levels = list === undefined ? undefined : this.#levels.get(list);
    const own = levels?.get(level);
    if (list === undefined || !levels || !own || own.format === 'none') return '';
    const counters = this.#counters.get(list) ?? [];
    this.#counters.set(list, counters);
    counters[level] = (counters[level] ?? own.start - 1) + 1;
    counters.length = level + 1;
    if (own.format === 'bullet') return '- ';
    const label = own.text.replace(/%(\d)/g, (_, digit: string) => {
      const place = Number(digit) - 1;
      const format = levels.get(place);
      return formatNumber(counters[place] ?? format?.start ?? 1, format?.format ?? 'decimal');
    });
    return label === '' ? '' : `${label} `;
  }

  #read(bytes: Uint8Array): void {
    let list = '';
    let numId = '';
    let level: LevelDraft | null = null;
    let place = 0;
    readXml(bytes, 'numbering', {
      open: (name, attributes) => {
        const value = attribute(attributes, 'val') ?? '';
        if (name === 'abstractNum') {
          list = attribute(attributes, 'abstractNumId') ?? '';
          this.#levels.set(list, new Map());
        } else if (name === 'lvl' && numId === '') {
          place = Number(attribute(attributes, 'ilvl') ?? 0);
          level = { format: 'decimal', text: '', start: 1 };
        } else if (name === 'num') numId = attribute(attributes, 'numId') ?? '';
        else if (name === 'abstractNumId' && numId !== '') this.#abstractOf.set(numId, value);
        else if (level && name === 'numFmt') level.format = value;
        else if (level && name === 'lvlText') level.text = value;
        else if (level && name === 'start') level.start = Number(value) || 0;
      },
      close: (name) => {
        if (name === 'lvl' && level) this.#levels.get(list)?.set(place, level);
        if (name === 'lvl') level = null;
        if (name === 'num') numId = '';
      },
    });
  }
}

function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return letters(value).toLowerCase();
    case 'upperLetter':
      return letters(value);
    case 'lowerRoman':
      return roman(value).toLowerCase();
    case 'upperRoman':
      return roman(value);
    case 'bullet':
      return '-';
    case 'decimalZero':
      return String(value).padStart(2, '0');
    default:
      return String(value);
  }
}

/** A … Z, AA, BB, … as Word counts. */
function letters(value: number): string {
  if (value < 1 || value > 780) return String(value);
  const letter = String.fromCharCode(65 + ((value - 1) % 26));
  return letter.repeat(Math.ceil(value / 26));
}

const romanDigits: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value);
  let rest = value;
  let text = '';
  for (const [size, digit] of romanDigits) {
    for (; rest >= size; rest -= size) text += digit;
  }
  return text;
}
