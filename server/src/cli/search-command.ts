/** `longfold search`: the retrieval hits of a query, without critic and model. */
import type { Place } from '../../../protocol/places';
import type { Passage } from '../retrieve/retriever';
import { describeSource } from './ask-view';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { openWorkspace } from './index-command';
import { bold, dim, printable } from './terminal';

export interface SearchFlags {
  readonly workspace: string;
  readonly limit: number;
  readonly json?: boolean;
}

export async function runSearch(context: CommandContext, query: string, flags: SearchFlags): Promise<ExitCode> {
  const { terminal } = context;
  const session = await openWorkspace(context, flags.workspace, { forQuestion: true });
  const hits = await session.search(query, flags.limit, context.signal);
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
    terminal.out(JSON.stringify({ query, hits: rows }, null, 2));
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
