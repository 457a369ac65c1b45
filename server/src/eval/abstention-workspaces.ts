/**
 * Small workspaces made of labelled records, in two versions: with what answers the question, and with it taken out while
 * the near misses stay. A workspace is the record's own context and those that BM25 finds nearest to the question and
 * that hold no answer, as paragraphs.
 */
import { indexReferenceBm25 } from './reference-bm25';
import { holdsAnswer } from './text-answers';

export interface WorkspaceRecord {
  readonly question: string;
  readonly context: string;
  readonly lang: string;
  readonly answers: readonly string[];
  /** UTF-16 offsets into the context. */
  readonly gold: readonly { readonly start: number; readonly end: number }[];
}

/** Paragraphs. The second list is the first without those that hold gold or an answer. */
export interface AbstentionWorkspace {
  readonly answerable: readonly string[];
  readonly unanswerable: readonly string[];
}

/** `records`: all of a set, whatever the sample, so that a larger sample has the same workspaces. */
export function indexWorkspaces<Record extends WorkspaceRecord>(
  records: readonly Record[],
  neighbours: number,
): (record: Record) => AbstentionWorkspace {
  // A context often serves several questions.
  const contexts = [...new Map(records.map((record) => [record.context, record])).values()];
  const score = indexReferenceBm25(
    contexts.map(({ context }) => context),
    'en',
  );
  return (record) => {
    const scores = score(record.question);
    const near = contexts
      .map(({ context }, place) => ({ context, value: scores[place] ?? 0, place }))
      .filter(({ context }) => context !== record.context && !holdsAnswer(context, record))
      .sort((a, b) => b.value - a.value || a.place - b.place)
      .slice(0, neighbours)
      .flatMap(({ context }) => paragraphsOf(context).map(({ text }) => text));
    const own = paragraphsOf(record.context);
    const isGold = ({ text, start, end }: Paragraph): boolean =>
      record.gold.some((gold) => gold.start < end && start < gold.end) || holdsAnswer(text, record);
    return {
      answerable: [...own.map(({ text }) => text), ...near],
      unanswerable: [...own.filter((paragraph) => !isGold(paragraph)).map(({ text }) => text), ...near],
    };
  };
}

interface Paragraph {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Paragraphs stand between blank lines; a title stays with what stands below it. */
function paragraphsOf(context: string): readonly Paragraph[] {
  return [...context.matchAll(/(?:(?:^|\n)# [^\n]*\n\s*)?\S[\s\S]*?(?=\n\s*\n(?!\s*\n)|$)/g)].map((match) => ({
    text: match[0].trim(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
