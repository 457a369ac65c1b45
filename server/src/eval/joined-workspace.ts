/**
 * Labelled records as a workspace: the paragraphs of all their contexts, each once however many records share it, in files as
 * long as the contexts were. A record's gold becomes places in those files.
 */
import { createHash } from 'node:crypto';
import type { FileSlice } from './gold-lines';
import type { EvidenceRecord } from './read-records';

export interface JoinedQuestion {
  readonly id: string;
  readonly question: string;
  /** UTF-16 ranges of the workspace's files. */
  readonly gold: readonly FileSlice[];
  readonly hash: string;
}

export interface JoinedWorkspace {
  /** Text by relative path. */
  readonly files: ReadonlyMap<string, string>;
  readonly questions: readonly JoinedQuestion[];
  /** Changes with any text. */
  readonly hash: string;
}

interface Paragraph {
  readonly start: number;
  readonly text: string;
}

interface Place {
  readonly path: string;
  readonly start: number;
}

const between = '\n\n';

export function joinRecords(records: readonly EvidenceRecord[]): JoinedWorkspace {
  const files = new Map<string, string>();
  const places = new Map<string, Place>();
  const hash = createHash('sha256');
  records.forEach(({ context }, idx) => {
    const path = `documents/${String(idx + 1).padStart(4, '0')}.md`;
    let text = '';
    for (const paragraph of cutParagraphs(context)) {
      if (places.has(paragraph.text)) continue;
      if (text !== '') text += between;
      places.set(paragraph.text, { path, start: text.length });
      text += paragraph.text;
    }
    if (text === '') return;
    files.set(path, `${text}\n`);
    hash.update(text);
  });
  const questions = records.map(({ id, question, context, gold, hash: own }): JoinedQuestion => {
    const placed = cutParagraphs(context).flatMap(({ start, text }) => {
      const { path, start: at } = places.get(text) ?? { path: '', start: 0 };
      return gold.flatMap((range): readonly FileSlice[] => {
        const [first, last] = [Math.max(range.start, start), Math.min(range.end, start + text.length)];
        return first < last ? [{ path, start: first - start + at, end: last - start + at }] : [];
      });
    });
    return { id, question, gold: placed, hash: own };
  });
  return { files, questions, hash: hash.digest('hex') };
}

/** A title and what follows it is one; text without titles is cut at its blank lines. */
function cutParagraphs(context: string): readonly Paragraph[] {
  const breaks = /^# /m.test(context) ? /\n+(?=# )/g : /\n\s*\n/g;
  const paragraphs: Paragraph[] = [];
  let start = 0;
  for (const { index, 0: gap } of context.matchAll(breaks)) {
    paragraphs.push({ start, text: context.slice(start, index) });
    start = index + gap.length;
  }
  paragraphs.push({ start, text: context.slice(start) });
  return paragraphs.filter(({ text }) => text.trim() !== '');
}
