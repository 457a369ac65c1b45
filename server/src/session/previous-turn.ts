/**
 * What a follow-up takes over from the turn before it: that turn's core question, and the places that its answer rests on, as
 * they stand now. The client names the turn by its trace; nothing else of it is believed.
 */
import { fromRootedPath, toRootedPath, type SourceRoot } from '../../../protocol/roots';
import type { CitedSlice } from '../../../protocol/sources';
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { TraceEvent } from '../../../protocol/trace-events';
import { gatheredIn } from '../answer/continue-run';
import { pointsBack } from '../answer/follow-up';
import type { AnswerPorts, AnswerRequest } from '../answer/ports';
import type { Question, WorkspaceSession } from '../application';
import { FileError } from '../platform/ports';
import type { Passage } from '../retrieve/retriever';
import type { AskedFolders } from './joined-roots';

/** Places of the last answer that are looked up, and passages that they become at most: a few, beside 40 and more found. */
const [maxSlices, maxPassages] = [48, 12];

export interface TakenOver {
  readonly request: Pick<AnswerRequest, 'previous' | 'previousTrace'>;
  readonly ports: Pick<AnswerPorts, 'carried'>;
}

/**
 * A question that stands alone takes nothing over, and one whose trace is gone the words of `previous`.
 * @throws Error with one sentence where the trace alone was named and cannot be read
 */
export async function readPrevious(
  { text, previous, previousTrace }: Pick<Question, 'text' | 'previous' | 'previousTrace'>,
  asked: AskedFolders,
): Promise<TakenOver> {
  const wordsAlone = { request: previous === undefined ? {} : { previous }, ports: {} };
  if (previousTrace === undefined || (previous !== undefined && !pointsBack(text))) return wordsAlone;
  const folders = foldersOf(asked);
  const kept = await findTrace(previousTrace, folders).catch((error: unknown) => {
    if (previous !== undefined) return null;
    throw error;
  });
  const first = kept?.events[0];
  if (kept === null || first?.kind !== 'questionAsked' || !pointsBack(text)) return wordsAlone;
  const { coreQuestion, roots } = first;
  const evidence = evidenceOf(kept.events);
  return {
    request: { previous: coreQuestion, previousTrace },
    ports: { carried: () => carry(evidence, (path) => locate(path, { owner: kept.owner, roots, folders })) },
  };
}

/** A folder that is asked, with how a path inside of it is told. */
interface AskedFolder {
  readonly path: string;
  readonly session: WorkspaceSession;
  readonly tell: (inside: string) => string;
}

interface KeptTrace {
  readonly owner: AskedFolder;
  readonly events: readonly TraceEvent[];
}

function foldersOf({ session, joined }: AskedFolders): readonly AskedFolder[] {
  if (!joined) return [{ path: session.root, session, tell: (inside) => inside }];
  return joined.roots.map((root) => ({ ...root, tell: (inside: string) => toRootedPath(root, inside) }));
}

/** The folders are asked one after the other: which of them kept it depends on which could be used then. */
async function findTrace(id: string, folders: readonly AskedFolder[]): Promise<KeptTrace> {
  for (const owner of folders) {
    try {
      return { owner, events: await owner.session.readTrace(id) };
    } catch (error) {
      if (!FileError.is(error, 'notFound')) throw error;
    }
  }
  const paths = folders.map(({ path }) => path).join(' or ');
  throw new Error(`No trace "${id}" is kept of ${paths}; the command "longfold trace" lists those that are.`);
}

/** What the answer quoted first, then the rest as it was ranked; what the last ranking had where none was selected. */
function evidenceOf(events: readonly TraceEvent[]): readonly EvidenceSpan[] {
  const { evidence } = gatheredIn(events);
  const ranked = events.findLast((event) => event.kind === 'evidenceRanked')?.evidence ?? [];
  const checked = events.findLast((event) => event.kind === 'verificationFinished')?.citations ?? [];
  const cited = new Set(checked.flatMap(({ verified, spanId }) => (verified ? [spanId] : [])));
  const spans = evidence.length > 0 ? evidence : ranked;
  return [...spans.filter(({ id }) => cited.has(id)), ...spans.filter(({ id }) => !cited.has(id))].slice(0, maxSlices);
}

interface Place {
  readonly folder: AskedFolder;
  readonly inside: string;
}

/** Where a path of the older trace lies among the folders that are asked now; undefined when its folder is not asked. */
function locate(
  path: string,
  {
    owner,
    roots,
    folders,
  }: {
    readonly owner: AskedFolder;
    readonly roots: readonly SourceRoot[] | undefined;
    readonly folders: readonly AskedFolder[];
  },
): Place | undefined {
  if (roots === undefined) return { folder: owner, inside: path };
  const found = fromRootedPath(roots, path);
  if (!found) return undefined;
  const { root, inside } = found;
  // The trace of several folders is kept with the first of its table.
  const isSame = (folder: AskedFolder): boolean => folder.path === root.path || folder.session.root === root.path;
  const folder = root === roots[0] ? owner : folders.find(isSame);
  return folder && { folder, inside };
}

/** Looks the evidence up again in its folders, side by side; the passages come in the order of the evidence, none twice. */
async function carry(
  evidence: readonly EvidenceSpan[],
  locatePath: (path: string) => Place | undefined,
): Promise<readonly Passage[]> {
  const slices = new Map<AskedFolder, (CitedSlice & { readonly rank: number })[]>();
  evidence.forEach(({ path, start, end, text }, rank) => {
    const place = locatePath(path);
    if (!place) return;
    const { folder, inside } = place;
    slices.set(folder, [...(slices.get(folder) ?? []), { path: inside, start, end, text, rank }]);
  });
  const byRank: (readonly Passage[])[] = [];
  const lookUps = [...slices].map(async ([{ session, tell }, wanted]) => {
    const found = await session.passagesOf(wanted);
    wanted.forEach(({ rank }, idx) => {
      byRank[rank] = (found[idx] ?? []).map((passage) => ({ ...passage, path: tell(passage.path) }));
    });
  });
  await Promise.all(lookUps);
  const passages = new Map(byRank.flat().map((passage) => [`${passage.startOffset}:${passage.path}`, passage]));
  return [...passages.values()]
    .slice(0, maxPassages)
    .map((passage) => ({ ...passage, score: 0, sources: ['previous'] }));
}
