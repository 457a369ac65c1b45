/** `longfold search`: the retrieval hits of a query, without critic and model. */
import type { Place } from '../../../protocol/places';
import type { Passage } from '../retrieve/retriever';
import { searchRoots, toSourceRoots } from '../session/joined-roots';
import { describeSource } from './ask-view';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { openWorkspaces } from './index-command';
import { bold, dim, printable } from './terminal';

export interface SearchFlags {
  readonly workspace: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

export async function runSearch(context: CommandContext, query: string, flags: SearchFlags): Promise<ExitCode> {
  const { terminal } = context;
  const { session, joined } = await openWorkspaces(context, flags.workspace);
  for (const problem of joined?.problems ?? []) terminal.note(printable(problem));
  const { limit } = flags;
  const { signal } = context;
  const hits = joined
    ? await searchRoots(joined, (problem) => terminal.note(printable(problem))).retrieve(query, { limit, signal })
    : await session.search(query, limit, signal);
  if (flags.json) {
    const rows = hits.map((hit) => ({
      path: hit.path,
      start: hit.startOffset,
      end: hit.endOffset,
      startLine: hit.startLine + 1,
      endLine: hit.endLine + 1,
      heading: hit.heading,
      score: hit.score,
      sources: hit.sources,
      ...placeOf(hit),
      text: hit.text,
    }));
    const roots = joined ? { roots: toSourceRoots(joined.roots) } : {};
    terminal.out(JSON.stringify({ query, ...roots, hits: rows }, null, 2));
  } else if (hits.length === 0) {
    terminal.out('Nothing was found. Try other words, or look at "longfold ledger" for files that are not indexed.');
  } else {
    for (const hit of hits) {
      const place = bold(
        terminal,
        printable(describeSource({ path: hit.path, startLine: hit.startLine + 1, ...placeOf(hit) })),
      );
      terminal.out(`${place}  ${dim(terminal, `${printable(hit.heading)} [${hit.sources.join(', ')}]`)}`);
      terminal.out(`    ${printable(firstLine(hit.text))}`);
    }
  }
  return hits.length > 0 ? exitCodes.ok : exitCodes.nothingFound;
}

function placeOf({ places }: Passage): { readonly place?: Place } {
  const place = places?.[0]?.place;
  return place ? { place } : {};
}

function firstLine(text: string): string {
  const line = text.split('\n').find((item) => item.trim() !== '') ?? '';
  return line.trim().slice(0, 160);
}
