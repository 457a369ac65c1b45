/** Word files (.docx, ECMA-376) → text: headings as `# `, lists with their labels, table rows, notes behind their paragraph. */
import type { Place } from '../../../protocol/places';
import { mainPart, readPart, readRelationships, type Relationship } from './ooxml-package';
import { TextBuilder } from './text-builder';
import { WordNumbering } from './word-numbering';
import { readStory, type NoteReference, type StorySink, type WordParagraph } from './word-story';
import { WordStyles } from './word-styles';
import type { ReadDocument } from './read-document';
import type { ZipArchive } from './zip-archive';

type NoteTexts = ReadonlyMap<string, string>;
interface OpenNote {
  readonly label: string;
  readonly text: string;
  readonly place: Place;
}

/** @throws ExtractError */
export async function readDocx(zip: ZipArchive): Promise<ReadDocument> {
  const main = await mainPart(zip, 'word/document.xml');
  const parts = await readRelationships(zip, main);
  const read = (type: string): Promise<Uint8Array | null> => {
    const name = parts.find((part) => part.type === type)?.target ?? '';
    return zip.read(name);
  };
  const writer = new WordWriter(new WordStyles(await read('styles')), new WordNumbering(await read('numbering')), {
    footnote: readNotes(await read('footnotes')),
    endnote: readNotes(await read('endnotes')),
  });
  readStory(await readPart(zip, main), main, writer);
  await addHeaders(zip, parts, writer);
  return writer.finish();
}

function readNotes(bytes: Uint8Array | null): NoteTexts {
  const notes = new Map<string, string>();
  let open = '';
  const add = (text: string): void => {
    const before = notes.get(open);
    notes.set(open, (before === undefined ? text : `${before}\n${text}`).trim());
  };
  if (bytes) {
    readStory(bytes, 'notes', {
      note: (id) => (open = id),
      paragraph: ({ text }) => add(text),
      row: (cells) => add(cells.join(' | ')),
    });
  }
  return notes;
}

/** Each text once: sections repeat their headers. */
async function addHeaders(zip: ZipArchive, parts: readonly Relationship[], writer: WordWriter): Promise<void> {
  const seen = new Set<string>();
  for (const { target } of parts.filter(({ type }) => type === 'header' || type === 'footer')) {
    const bytes = await zip.read(target);
    if (!bytes) continue;
    const add = (text: string): void => {
      const line = text.trim();
      if (line === '' || seen.has(line)) return;
      seen.add(line);
      writer.addHeader(line, seen.size);
    };
    readStory(bytes, target, { paragraph: ({ text }) => add(text), row: (cells) => add(cells.join(' | ')) });
  }
}

class WordWriter implements StorySink {
  readonly #builder = new TextBuilder();
  readonly #notes: OpenNote[] = [];
  readonly #noteCounts = { footnote: 0, endnote: 0 };
  #hasHeadings = false;
  #wasTight = false;

  constructor(
    private readonly styles: WordStyles,
    private readonly numbering: WordNumbering,
    private readonly noteTexts: { readonly footnote: NoteTexts; readonly endnote: NoteTexts },
  ) {}

  paragraph(paragraph: WordParagraph, number: number): void {
    const style = this.styles.of(paragraph.styleId);
    const own = paragraph.outlineLevel;
    const level = own !== null && own < 9 ? Math.min(6, own + 1) : style.headingLevel;
    const numId = paragraph.numId ?? style.numId;
    const text = paragraph.text.trim();
    if (text === '') return;
    const listLevel = paragraph.listLevel ?? style.listLevel;
    const label = numId === null || numId === '0' ? '' : this.numbering.next(numId, listLevel);
    const place: Place = { kind: 'paragraph', paragraph: number, part: 'body' };
    if (level !== null) {
      this.#hasHeadings = true;
      this.#write(`${'#'.repeat(level)} ${label}${text.replace(/\s+/g, ' ')}`, place, 'apart');
    } else if (label !== '') this.#write(`${'  '.repeat(Math.min(listLevel, 8))}${label}${text}`, place, 'tight');
    else this.#write(text, place, 'apart');
  }

  isDone(): boolean {
    return this.#builder.isFull;
  }

  row(cells: readonly string[], number: number): void {
    this.#write(cells.join(' | '), { kind: 'paragraph', paragraph: number, part: 'body' }, 'tight');
  }

  reference({ kind, id }: NoteReference): string {
    const text = this.noteTexts[kind].get(id);
    if (text === undefined) return '';
    this.#noteCounts[kind] += 1;
    const number = this.#noteCounts[kind];
    const label = kind === 'footnote' ? `[^${number}]` : `[^e${number}]`;
    this.#notes.push({ label, text, place: { kind: 'paragraph', paragraph: number, part: kind } });
    return label;
  }

  addHeader(text: string, number: number): void {
    this.#write(text, { kind: 'paragraph', paragraph: number, part: 'header' }, number === 1 ? 'apart' : 'tight');
  }

  finish(): ReadDocument {
    const language = this.#hasHeadings ? 'markdown' : 'plaintext';
    return { ...this.#builder.finish(), language, format: 'docx', problems: this.#builder.problems() };
  }

  /** List items and table rows follow each other line by line; everything else stands apart. */
  #write(text: string, place: Place, spacing: 'tight' | 'apart'): void {
    if (spacing === 'tight' && this.#wasTight) this.#builder.endLine();
    else this.#builder.endBlock();
    this.#wasTight = spacing === 'tight';
    this.#builder.add(text, place);
    this.#builder.endLine();
    for (const note of this.#notes.splice(0)) {
      this.#builder.endBlock();
      this.#builder.add(`${note.label}: ${note.text}`, note.place);
      this.#builder.endLine();
      this.#wasTight = false;
    }
  }
}
