/** The small things of a sentence that are either there or not: numbers, code names, files, lines. */
import { describePlace } from '../../../protocol/places';
import { countLineBreaks } from './evidence';
import type { CitedSentence, ClaimScene, Finding } from './claim-scene';
import { findCodeNames, findLines, textForNumbers, type FileReference, type LineReference } from './find-names';
import { findNumbers, hasNumber, numberSet } from './find-numbers';
import { allSlices, hasWord } from './find-slice';
import { namesFile } from './known-names';
import type { Source } from './look-up-claim';

/** Every number has to stand in a source of its sentence; one that only the question has proves nothing. */
export function checkNumbers({ sentence, cited, found }: CitedSentence, { question }: ClaimScene): readonly Finding[] {
  const sources = [...new Set([...cited, ...found.map(({ source }) => source)])];
  const numbers = findNumbers(textForNumbers(sentence));
  if (numbers.length === 0 || sources.length === 0) return [];
  const set = numberSet(sources.map(readableText).join('\n'));
  const asked = numberSet(question);
  const where = sources.map(({ span }) => span.id).join(', ');
  return numbers
    .filter((number) => !hasNumber(set, number))
    .map((number) =>
      hasNumber(asked, number)
        ? { status: 'unchecked', problem: `The number ${number.text} is from the question, not from ${where}.` }
        : { status: 'struck', problem: `The number ${number.text} is not in ${where}.` },
    );
}

/** Code names in the sources, else anywhere in the evidence, else in the index; files likewise. */
export function checkNames({ sentence, files }: CitedSentence, { sources, known }: ClaimScene): readonly Finding[] {
  const unknownNames = findCodeNames(sentence).filter((name) => !isInSources(name, sources));
  const unknownFiles = files
    .map(({ path }) => path)
    .filter((path) => !sources.some(({ span }) => namesFile(span.path, path)));
  return [
    ...unknownNames.map((name): Finding | null =>
      judge(name, known && known.names.has(name), 'is neither in the evidence nor in the index'),
    ),
    ...unknownFiles.map((path): Finding | null =>
      judge(path, known && known.files.has(path), 'is no file of the workspace'),
    ),
  ].filter((finding) => finding !== null);
}

function judge(name: string, isKnown: boolean | null, problem: string): Finding | null {
  if (isKnown === true) return null;
  if (isKnown === null) return { status: 'unchecked', problem: `${name} was not looked up in the index.` };
  return { status: 'struck', problem: `${name} ${problem}.` };
}

function isInSources(name: string, sources: readonly Source[]): boolean {
  return sources.some(({ forms }) => forms.some((form) => hasWord(form, name)));
}

/** A line that the sentence names has to be one on which its words stand, or one of its source. */
export function checkLines(subject: CitedSentence, scene: ClaimScene): readonly Finding[] {
  const { sentence, files, cited, found } = subject;
  const named: readonly (Pick<FileReference, 'line' | 'endLine'> & { readonly path?: string })[] = [
    ...files.filter(({ line }) => line !== null),
    ...findLines(sentence),
  ];
  return named.flatMap(({ path, line, endLine }): readonly Finding[] => {
    const from = line ?? 0;
    const to = Math.max(from, endLine ?? from);
    const isOfFile = ({ span }: Source): boolean => path === undefined || namesFile(span.path, path);
    const quoted = found.filter(({ source }) => isOfFile(source));
    const near = quoted.length > 0 || cited.length === 0 ? scene.sources : cited;
    const readable = near.filter(isOfFile);
    const lines =
      quoted.length > 0
        ? linesOfQuotes(quoted, readable)
        : readable.map(({ span }) => ({ line: span.startLine, endLine: span.endLine }));
    if (lines.some((stands) => stands.line <= to && from <= stands.endLine)) return [];
    const first = lines[0];
    // A file that is known to the index only was checked by its name; its lines were not read.
    if (first === undefined) return [{ status: 'unchecked', problem: `Line ${from} was not read.` }];
    const what = quoted.length > 0 ? 'The quoted words stand' : 'The source stands';
    return [{ status: 'struck', problem: `${what} in line ${first.line}, not in line ${from}.` }];
  });
}

/** All lines of the sources on which the words stand. */
function linesOfQuotes(found: CitedSentence['found'], sources: readonly Source[]): readonly LineReference[] {
  return found.flatMap(({ quote }) => sources.flatMap((source) => linesOf(quote, source)));
}

function linesOf(quote: string, { span, forms }: Source): readonly LineReference[] {
  return forms.flatMap((form) =>
    allSlices(form, quote).map(({ start, end }) => {
      const line = span.startLine + countLineBreaks(span.text.slice(0, start));
      return { line, endLine: line + countLineBreaks(span.text.slice(start, end)) };
    }),
  );
}

/** What a reader sees of a source: its text, its name and where it stands. */
function readableText({ span }: Source): string {
  const place = span.place ? describePlace(span.place) : '';
  return `${span.text}\n${span.path.replaceAll(/[_/.-]/g, ' ')}\n${place}`;
}
