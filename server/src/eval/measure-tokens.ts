/**
 * `longfold eval tokens`: how many tokens of evidence a question needs until all its gold is among them, when all records of a
 * set stand in one workspace: what retrieval and critic choose, against BM25 over the index's whole chunks.
 */
import { createHash } from 'node:crypto';
import { joinRecords, type JoinedQuestion } from './joined-workspace';
import type { RankedSlice } from './line-chunks';
import { fieldsOf, openLineLog, type LineLog } from './line-log';
import type { Repository } from './measure-repo-qa';
import { readRecords } from './read-records';
import { indexReferenceBm25 } from './reference-bm25';
import {
  chooseSets,
  runEvaluation,
  type EvaluationParts,
  type EvaluationRequest,
  type EvaluationSteps,
} from './run-evaluation';
import { sampleItems } from './seeded-random';
import { curveShares, curveTokens, shareWithin, tokensForShare, tokensToAllGold } from './token-curve';

export const tokensMethods = ['bm25', 'longfold'] as const;
export type TokensMethod = (typeof tokensMethods)[number];

export interface TokensRow {
  readonly set: string;
  readonly method: TokensMethod;
  readonly n: number;
  /** Share of questions with all gold within `curveTokens`, in their order. */
  readonly allGold: readonly number[];
  /** Tokens at which `curveShares` of the questions have all gold; null where they never do. */
  readonly tokensFor: readonly (number | null)[];
  /** The same tokens, divided by BM25's. */
  readonly ratios: readonly (number | null)[];
}

export interface IndexedWorkspace extends Pick<Repository, 'fingerprint' | 'readText' | 'gather'> {
  readonly paths: readonly string[];
  /** The index's chunks of a file, in its order. */
  readonly chunksOf: (path: string) => Promise<readonly { readonly startOffset: number; readonly endOffset: number }[]>;
}

export interface TokensParts extends EvaluationParts {
  /** Writes the files into an empty folder, indexes it, and deletes both when `use` is done. */
  readonly withWorkspace: <T>(
    files: ReadonlyMap<string, string>,
    signal: AbortSignal,
    use: (workspace: IndexedWorkspace) => Promise<T>,
  ) => Promise<T>;
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<readonly number[]>;
}

interface Measured {
  readonly bm25: number;
  readonly longfold: number;
}

interface LoggedNeed {
  readonly set: string;
  readonly id: string;
  readonly key: string;
  /** Null: never all gold. */
  readonly bm25: number | null;
  readonly longfold: number | null;
}

/** What a question may keep at most. */
const gatheredTokens = 8000;
const rankedChunks = 120;

/** @throws EvidenceError, FileError, CancelledError */
export async function measureTokens(request: EvaluationRequest, parts: TokensParts): Promise<readonly TokensRow[]> {
  const sets = await chooseSets(request, parts.fileSystem);
  const log = await openLineLog(parts.fileSystem, request.resumeFile, isLogged);
  const fingerprint = await parts.criticFingerprint();
  const rows: TokensRow[] = [];
  for (const set of sets) {
    const joined = joinRecords(await readRecords(parts.fileSystem, request.folder, set));
    const measure = async (workspace: IndexedWorkspace): Promise<readonly TokensRow[]> => {
      const steps = await createSteps({ request, parts, log, set, joined, workspace, fingerprint });
      return runEvaluation([set], steps, request, parts.clock);
    };
    rows.push(...(await parts.withWorkspace(joined.files, request.signal, measure)));
  }
  return rows;
}

interface SetParts {
  readonly request: EvaluationRequest;
  readonly parts: TokensParts;
  readonly log: LineLog<LoggedNeed>;
  readonly set: string;
  readonly joined: ReturnType<typeof joinRecords>;
  readonly workspace: IndexedWorkspace;
  readonly fingerprint: string;
}

async function createSteps(all: SetParts): Promise<EvaluationSteps<JoinedQuestion, Measured, TokensRow>> {
  const { request, parts, log, set, joined, workspace, fingerprint } = all;
  const texts = new Map<string, string>();
  const chunks: RankedSlice[] = [];
  for (const path of workspace.paths) {
    const text = await workspace.readText(path);
    texts.set(path, text);
    for (const { startOffset: start, endOffset: end } of await workspace.chunksOf(path))
      chunks.push({ path, start, end, text: text.slice(start, end) });
  }
  const rank = indexReferenceBm25(
    chunks.map(({ text }) => text),
    'en',
  );
  const known = new Map(log.lines.map((line) => [line.key, line]));
  const keyOf = ({ hash }: JoinedQuestion): string =>
    createHash('sha256')
      .update(JSON.stringify([parts.version, fingerprint, set, joined.hash, workspace.fingerprint, hash]))
      .digest('hex')
      .slice(0, 20);
  const need = async (question: JoinedQuestion, evidence: readonly RankedSlice[]): Promise<number> => {
    const counts = await parts.countTokens(
      evidence.map(({ text }) => text),
      request.signal,
    );
    const sized = evidence.map((slice, place) => ({ ...slice, tokens: counts[place] ?? 0 }));
    return tokensToAllGold(question.gold, texts, sized);
  };
  /** A smaller budget keeps other spans than the beginning of a larger one's: neighbours that are both kept become one. */
  const needOfBudgets = async (question: JoinedQuestion): Promise<number> => {
    for (const budget of curveTokens) {
      if (budget > gatheredTokens) break;
      const own = await need(question, await workspace.gather(question.question, budget, request.signal));
      if (Number.isFinite(own)) return own;
    }
    return Infinity;
  };
  return {
    read: async () => {
      const { sample, seed } = request;
      return sample === undefined ? joined.questions : sampleItems(joined.questions, sample, seed, ({ id }) => id);
    },
    workOf: (question) => (known.has(keyOf(question)) ? 0 : 1),
    measure: async (_set, question) => {
      const key = keyOf(question);
      const logged = known.get(key);
      if (logged) return { bm25: logged.bm25 ?? Infinity, longfold: logged.longfold ?? Infinity };
      const scores = rank(question.question);
      const best = chunks.map((_, place) => place).sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0));
      const bm25 = await need(
        question,
        best.slice(0, rankedChunks).flatMap((place) => chunks[place] ?? []),
      );
      const longfold = await needOfBudgets(question);
      await log.add([{ set, id: question.id, key, bm25: finite(bm25), longfold: finite(longfold) }]);
      return { bm25, longfold };
    },
    summarise: (_set, results) => summarise(set, results),
  };
}

function summarise(set: string, results: readonly Measured[]): readonly TokensRow[] {
  const needs = (method: TokensMethod): readonly number[] => results.map((result) => result[method]);
  const tokensFor = (method: TokensMethod): readonly (number | null)[] =>
    curveShares.map((share) => tokensForShare(needs(method), share));
  const base = tokensFor('bm25');
  return tokensMethods.map((method) => {
    const own = tokensFor(method);
    return {
      set,
      method,
      n: results.length,
      allGold: curveTokens.map((tokens) => shareWithin(needs(method), tokens)),
      tokensFor: own,
      ratios: own.map((tokens, place) => {
        const other = base[place] ?? null;
        return tokens === null || other === null ? null : tokens / other;
      }),
    };
  });
}

function finite(need: number): number | null {
  return Number.isFinite(need) ? need : null;
}

function isLogged(value: unknown): value is LoggedNeed {
  const { key, bm25, longfold } = fieldsOf(value);
  const isNeed = (need: unknown): boolean => need === null || typeof need === 'number';
  return typeof key === 'string' && isNeed(bm25) && isNeed(longfold);
}
