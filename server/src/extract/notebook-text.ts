/**
 * Notebooks (.ipynb, nbformat 4 and 3) → Markdown: text cells as they are, code and its text outputs in fences, each
 * placed by its cell. Pictures and other outputs are left out.
 */
import type { Place } from '../../../protocol/places';
import { failDamaged } from './extract-error';
import type { ReadDocument } from './read-document';
import { TextBuilder } from './text-builder';

/** Of one output; printed logs and tables can be endless. */
const maxOutputLength = 20_000;

type Fields = Readonly<Record<string, unknown>>;

/** @throws ExtractError */
export function readNotebook(text: string): ReadDocument {
  const notebook = parse(text);
  const cells = cellsOf(notebook);
  if (!cells) return failDamaged('It is no notebook: it has no list of cells.');
  const language = languageOf(notebook);
  const builder = new TextBuilder();
  const problems: string[] = [];
  cells.forEach((cell, index) => addCell(builder, cell, index + 1, language, problems));
  problems.push(...builder.problems());
  return { ...builder.finish(), language: 'markdown', format: 'ipynb', problems };
}

function parse(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failDamaged('It is damaged: it is not valid JSON.');
  }
  return toFields(value);
}

function cellsOf(notebook: Fields): readonly Fields[] | null {
  if (Array.isArray(notebook['cells'])) return notebook['cells'].map(toFields);
  // nbformat 3 has sheets of cells.
  if (!Array.isArray(notebook['worksheets'])) return null;
  return notebook['worksheets'].flatMap((sheet) => cellsOf(toFields(sheet)) ?? []);
}

function languageOf(notebook: Fields): string {
  const metadata = toFields(notebook['metadata']);
  const name = toFields(metadata['language_info'])['name'] ?? toFields(metadata['kernelspec'])['language'];
  return typeof name === 'string' && /^[\w+#-]{1,30}$/.test(name) ? name : '';
}

function addCell(builder: TextBuilder, cell: Fields, number: number, language: string, problems: string[]): void {
  const source = textOf(cell['source'] ?? cell['input']).trimEnd();
  const place: Place = { kind: 'notebookCell', cell: number, part: 'source' };
  builder.endBlock();
  if (cell['cell_type'] === 'code') addFenced(builder, source, language, place);
  else if (cell['cell_type'] === 'heading') builder.add(`${'#'.repeat(levelOf(cell))} ${source}`, place);
  else builder.add(source, place);
  if (!Array.isArray(cell['outputs'])) return;
  for (const output of cell['outputs'].map(toFields)) {
    const shown = outputText(output).trimEnd();
    const cut = shown.length > maxOutputLength ? shown.slice(0, maxOutputLength) : shown;
    if (cut !== shown) problems.push(`An output of cell ${number} was cut after ${maxOutputLength} characters.`);
    addFenced(builder, cut, '', { kind: 'notebookCell', cell: number, part: 'output' });
  }
}

function levelOf(cell: Fields): number {
  const level = cell['level'];
  return typeof level === 'number' && level >= 1 ? Math.min(6, Math.floor(level)) : 1;
}

/** The fence is longer than any row of backquotes inside. */
function addFenced(builder: TextBuilder, text: string, language: string, place: Place): void {
  if (text.trim() === '') return;
  const inner = text.match(/`{3,}/g)?.reduce((longest, run) => Math.max(longest, run.length), 2) ?? 2;
  const fence = '`'.repeat(inner + 1);
  builder.endBlock();
  builder.add(`${fence}${language}\n`);
  builder.add(text, place);
  builder.endLine();
  builder.add(`${fence}\n`);
}

function outputText(output: Fields): string {
  switch (output['output_type']) {
    case 'stream':
      return textOf(output['text']);
    case 'error':
    case 'pyerr':
      return withoutColours(textOf(output['traceback']) || `${textOf(output['ename'])}: ${textOf(output['evalue'])}`);
    default: {
      const data = toFields(output['data'] ?? output);
      return textOf(data['text/plain'] ?? data['text/markdown'] ?? data['text/latex'] ?? data['text']);
    }
  }
}

/** A string, or its lines as the format stores them: with their line ends, in files of old programs without. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const lines = value.filter((entry) => typeof entry === 'string');
  return lines.join(lines.slice(0, -1).some((line) => line.endsWith('\n')) ? '' : '\n');
}

function withoutColours(text: string): string {
  return text.replace(/\u001b\[[\d;]*[A-Za-z]/g, '');
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
