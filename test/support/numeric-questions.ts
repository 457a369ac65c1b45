/** The committed questions about numbers: files, calculations, answers worked out apart, and the cells they come from. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ComputedOperand, EvidenceSpan } from '../../protocol/evidence';
import type { WrittenCalculation } from '../../server/src/compute/compute-reply';
import type { ComputeDocument } from '../../server/src/compute/find-grids';
import type { WrittenOperand } from '../../server/src/compute/resolve-operands';
import { extractDocument } from '../../server/src/extract/extract-document';

export interface NumericQuestion {
  /** Below test/fixtures. */
  readonly file: string;
  readonly question: string;
  readonly query?: string;
  readonly expression?: string;
  readonly operands?: readonly Omit<WrittenOperand, 'span'>[];
  readonly answer: string;
  /** `B4=757` in sheets, `p1=2.99` in PDF, `L7=60` by the line of the file elsewhere; in any order. */
  readonly cells: readonly string[];
}

const fixtures = join(import.meta.dirname, '..', 'fixtures');

export const numericQuestions: readonly NumericQuestion[] = JSON.parse(
  readFileSync(join(fixtures, 'numbers', 'questions.json'), 'utf8'),
);

const documents = new Map<string, Promise<ComputeDocument>>();

/** A fixture as the index would have it; each is read once. */
export function numericDocument(file: string): Promise<ComputeDocument> {
  const known = documents.get(file) ?? readDocument(file);
  documents.set(file, known);
  return known;
}

async function readDocument(file: string): Promise<ComputeDocument> {
  const parts = {
    readCMap: () => Promise.reject(new Error('None of these files needs a character map.')),
    nowMs: () => performance.now(),
  };
  const outcome = await extractDocument(basename(file), readFileSync(join(fixtures, file)), parts);
  if (outcome.kind === 'skipped') throw new Error(`${file}: ${outcome.detail}`);
  return outcome.document;
}

/** The whole document as one span. */
export function wholeSpan({ path, text }: ComputeDocument): EvidenceSpan {
  return { id: 'S1', path, text, start: 0, end: text.length, startLine: 1, endLine: text.split('\n').length, score: 1 };
}

export function writtenCalculation({ query, expression, operands }: NumericQuestion): WrittenCalculation {
  if (query !== undefined) return { form: 'query', calculation: query };
  const written = (operands ?? []).map((operand) => ({ ...operand, span: 'S1' }));
  return { form: 'expression', calculation: expression ?? '', operands: written };
}

export function shownCell({ place, startLine, text }: ComputedOperand): string {
  if (place?.kind === 'cell') return `${place.range}=${text}`;
  if (place?.kind === 'page') return `p${place.page}=${text}`;
  return `L${place?.kind === 'line' ? place.line : startLine}=${text}`;
}
