/** Presentations (.pptx, ECMA-376 part 1, 19) → text: slides in their order, each with title, text, tables and notes. */
import type { Place } from '../../../protocol/places';
import { failDamaged } from './extract-error';
import { mainPart, readPart, readRelationships } from './ooxml-package';
import type { ReadDocument } from './read-document';
import { attribute, prefixedAttribute, readXml, type Attributes } from './read-markup';
import { TextBuilder } from './text-builder';
import type { ZipArchive } from './zip-archive';

interface Shape {
  /** Type of its placeholder (`title`, `body`, `sldNum`, …); empty for other shapes. */
  readonly placeholder: string;
  /** Paragraphs, or rows of a table. */
  readonly lines: readonly string[];
}

/** They repeat what the slide is: its number, date, footer, picture. */
const furniture = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/** @throws ExtractError */
export async function readPptx(zip: ZipArchive): Promise<ReadDocument> {
  const main = await mainPart(zip, 'ppt/presentation.xml');
  const targets = new Map((await readRelationships(zip, main)).map(({ id, target }) => [id, target]));
  const builder = new TextBuilder();
  const problems: string[] = [];
  let slide = 0;
  for (const id of slideIds(await readPart(zip, main))) {
    slide += 1;
    const name = targets.get(id) ?? '';
    const bytes = await zip.read(name);
    if (!bytes) {
      problems.push(`Slide ${slide} is missing in the file.`);
      continue;
    }
    const notes = (await readRelationships(zip, name)).find(({ type }) => type === 'notesSlide')?.target ?? '';
    const noteBytes = await zip.read(notes);
    addSlide(builder, readShapes(bytes, name), noteBytes ? readShapes(noteBytes, notes) : [], slide);
    if (builder.isFull) break;
  }
  if (problems.length > 0 && problems.length === slide) failDamaged('It is damaged: none of its slides is there.');
  problems.push(...builder.problems());
  return { ...builder.finish(), language: 'markdown', format: 'pptx', problems };
}

function slideIds(bytes: Uint8Array): readonly string[] {
  const ids: string[] = [];
  readXml(bytes, 'presentation', {
    open: (name, attributes) => {
      if (name === 'sldId') ids.push(prefixedAttribute(attributes, 'id') ?? '');
    },
  });
  return ids;
}

function addSlide(builder: TextBuilder, shapes: readonly Shape[], notes: readonly Shape[], slide: number): void {
  const place: Place = { kind: 'slide', slide, part: 'slide' };
  const isTitle = ({ placeholder }: Shape): boolean => placeholder === 'title' || placeholder === 'ctrTitle';
  const title = shapes
    .filter(isTitle)
    .flatMap(({ lines }) => lines)
    .join(' ');
  // A slide without text and notes leaves nothing.
  if (shapes.length === 0 && notes.length === 0) return;
  builder.endBlock();
  builder.add(`# ${title === '' ? `Slide ${slide}` : title.replaceAll('\n', ' ')}`, place);
  builder.endLine();
  for (const shape of shapes) if (!isTitle(shape)) addLines(builder, shape.lines, place);
  for (const { lines } of notes) addLines(builder, lines, { kind: 'slide', slide, part: 'notes' });
}

function addLines(builder: TextBuilder, lines: readonly string[], place: Place): void {
  builder.endBlock();
  for (const line of lines) {
    builder.add(line, place);
    builder.endLine();
  }
}

/** Shapes with text in the order of the file, which is their order from back to front. @throws ExtractError */
function readShapes(bytes: Uint8Array, part: string): readonly Shape[] {
  const reader = new ShapeReader();
  readXml(bytes, part, reader);
  return reader.shapes.filter(({ placeholder, lines }) => lines.length > 0 && !furniture.has(placeholder));
}

class ShapeReader {
  readonly shapes: Shape[] = [];
  #skipDepth = 0;
  #placeholder = '';
  #lines: string[] = [];
  #paragraph = '';
  #cells: string[] | null = null;
  #cell: string[] = [];
  #inText = false;

  open(name: string, attributes: Attributes): void {
    if (this.#skipDepth > 0 || name === 'Fallback') this.#skipDepth += 1;
    else if (name === 'sp' || name === 'graphicFrame') this.#start();
    else if (name === 'ph') this.#placeholder = attribute(attributes, 'type') ?? 'body';
    else if (name === 't') this.#inText = true;
    else if (name === 'br') this.#paragraph += '\n';
    else if (name === 'p') this.#paragraph = '';
    else if (name === 'tr') this.#cells = [];
    else if (name === 'tc') this.#cell = [];
  }

  text(text: string): void {
    if (this.#skipDepth === 0 && this.#inText) this.#paragraph += text;
  }

  close(name: string): void {
    if (this.#skipDepth > 0) this.#skipDepth -= 1;
    else if (name === 't') this.#inText = false;
    else if (name === 'p') this.#closeParagraph();
    else if (name === 'tc') this.#cells?.push(this.#cell.join(' ').replace(/\s+/g, ' '));
    else if (name === 'tr') this.#closeRow();
    else if (name === 'sp' || name === 'graphicFrame')
      this.shapes.push({ placeholder: this.#placeholder, lines: this.#lines });
  }

  #start(): void {
    this.#placeholder = '';
    this.#lines = [];
  }

  #closeParagraph(): void {
    const text = this.#paragraph.trim();
    if (text === '') return;
    if (this.#cells) this.#cell.push(text);
    else this.#lines.push(text);
  }

  #closeRow(): void {
    if (this.#cells?.some((cell) => cell !== '')) this.#lines.push(this.#cells.join(' | '));
    this.#cells = null;
  }
}
