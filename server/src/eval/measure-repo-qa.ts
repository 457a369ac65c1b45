/**
 * `longfold eval repo-qa`: how many of the lines and files that answer questions about whole repositories are in the
 * evidence of so many tokens: what retrieval and critic choose for the question, and BM25 beside it.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { throwIfCancelled } from '../util/cancelled';
import { EvidenceError } from './evidence-error';
import { findGoldLines, scoreGold, type GoldLine } from './gold-lines';
import { isBaselineFile, rankLineChunks, type RankedSlice } from './line-chunks';
import { openRepoQaLog, type RepoQaLog, type RepoQaResult } from './repo-qa-log';
import { readRepoQuestions, type RepoQuestion } from './repo-questions';
import { runEvaluation, type EvaluationParts, type EvaluationRequest, type EvaluationSteps } from './run-evaluation';
import { sampleItems } from './seeded-random';

export const repoQaMethods = ['longfold', 'bm25'] as const;
export type RepoQaMethod = (typeof repoQaMethods)[number];

export interface RepoQaRequest extends Omit<EvaluationRequest, 'folder' | 'sets'> {
  /** A JSON list of questions: see repo-questions.ts. */
  readonly dataFile: string;
  /** Holds a folder for each repository, called as it or as it and its commit (`flask`, `flask-85c5d93`). */
  readonly reposFolder: string;
  readonly methods: readonly RepoQaMethod[];
  /** Critic tokens of evidence; a row each. */
  readonly budgets: readonly number[];
}

/** Shares from 0 to 1, means over questions. */
export interface RepoQaRow {
  /** `owner/name`, or `all`. */
  readonly repo: string;
  readonly method: RepoQaMethod;
  readonly budget: number;
  readonly n: number;
  readonly goldLines: number;
  readonly goldFiles5: number;
  /** Mean critic tokens of the evidence, and mean time from the question to it. */
  readonly tokens: number;
  readonly seconds: number;
}

/** One repository, indexed. */
export interface Repository {
  /** Changes with the content of the index. */
  readonly fingerprint: string;
  /** Indexed files, with forward slashes. */
  readonly paths: readonly string[];
  /** The text as it was indexed: offsets of evidence count in it. */
  readText(path: string): Promise<string>;
  /** The evidence that answering the question would start from, best first. */
  gather(question: string, tokenBudget: number, signal: AbortSignal): Promise<readonly RankedSlice[]>;
}

export interface RepoQaParts extends EvaluationParts {
  /** Indexes the folder, or brings its index up to date. */
  readonly openRepository: (folder: string, signal: AbortSignal) => Promise<Repository>;
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<readonly number[]>;
}

/** @throws EvidenceError, FileError, CancelledError */
export async function measureRepoQa(request: RepoQaRequest, parts: RepoQaParts): Promise<readonly RepoQaRow[]> {
  const questions = await readRepoQuestions(parts.fileSystem, request.dataFile);
  const log = await openRepoQaLog(parts.fileSystem, request.resumeFile);
  const fingerprint = await parts.criticFingerprint();
  const repos = [...new Set(questions.map(({ repo }) => repo))];
  const steps = new RepoQaSteps(request, parts, log, questions, fingerprint);
  const rows = await runEvaluation(repos, steps, request, parts.clock);
  return repos.length > 1 ? [...rows, ...steps.summariseAll()] : rows;
}

interface OpenRepo extends Repository {
  readonly texts: ReadonlyMap<string, string>;
  readonly rankByBm25: (question: string) => readonly RankedSlice[];
}

interface RepoItem {
  readonly question: RepoQuestion;
  readonly gold: readonly GoldLine[];
  readonly repo: OpenRepo;
}

interface Measured extends RepoQaResult {
  readonly method: RepoQaMethod;
  readonly budget: number;
}

class RepoQaSteps implements EvaluationSteps<RepoItem, readonly Measured[], RepoQaRow> {
  readonly #repos = new Map<string, Promise<OpenRepo>>();
  readonly #all: Measured[] = [];
  readonly #tokens = new Map<string, number>();

  constructor(
    private readonly request: RepoQaRequest,
    private readonly parts: RepoQaParts,
    private readonly log: RepoQaLog,
    private readonly questions: readonly RepoQuestion[],
    private readonly fingerprint: string,
  ) {}

  async read(repo: string): Promise<readonly RepoItem[]> {
    const own = this.questions.filter((question) => question.repo === repo);
    const { sample, seed } = this.request;
    const chosen = sample === undefined ? own : sampleItems(own, sample, seed, ({ id }) => id);
    const opened = this.#repos.get(repo) ?? this.#open(own);
    this.#repos.set(repo, opened);
    const open = await opened;
    return chosen.map((question) => {
      const gold = findGoldLines(question.gold, open.texts);
      if (gold) return { question, gold, repo: open };
      const { id, commit } = question;
      const message = `${id} asks about lines that are not in ${this.request.reposFolder}: ${repo} has to be there at commit ${commit}.`;
      throw new EvidenceError('damaged', message);
    });
  }

  workOf(item: RepoItem): number {
    const missing = this.#wanted().filter(({ method, budget }) => !this.log.find(this.#keyOf(item, method, budget)));
    return missing.reduce((sum, { method }) => sum + (method === 'longfold' ? 1 : 0.01), 0);
  }

  async measure(repo: string, item: RepoItem): Promise<readonly Measured[]> {
    const results: Measured[] = [];
    for (const { method, budget } of this.#wanted()) {
      const key = this.#keyOf(item, method, budget);
      const known = this.log.find(key);
      const result = known ?? (await this.#ask(item, method, budget));
      if (!known) await this.log.add({ repo, id: item.question.id, method, budget, key, result });
      results.push({ ...result, method, budget });
    }
    this.#all.push(...results);
    return results;
  }

  summarise(repo: string, results: readonly (readonly Measured[])[]): readonly RepoQaRow[] {
    return this.#toRows(repo, results.flat());
  }

  /** Over the questions of all repositories. */
  summariseAll(): readonly RepoQaRow[] {
    return this.#toRows('all', this.#all);
  }

  #toRows(repo: string, results: readonly Measured[]): readonly RepoQaRow[] {
    return this.#wanted().map(({ method, budget }): RepoQaRow => {
      const own = results.filter((result) => result.method === method && result.budget === budget);
      const mean = (valueOf: (result: Measured) => number): number =>
        own.reduce((sum, result) => sum + valueOf(result), 0) / own.length;
      return {
        repo,
        method,
        budget,
        n: own.length,
        goldLines: mean(({ goldLines }) => goldLines),
        goldFiles5: mean(({ goldFiles5 }) => goldFiles5),
        tokens: mean(({ tokens }) => tokens),
        seconds: mean(({ seconds }) => seconds),
      };
    });
  }

  #wanted(): readonly { readonly method: RepoQaMethod; readonly budget: number }[] {
    const { methods, budgets } = this.request;
    return methods.flatMap((method) => budgets.map((budget) => ({ method, budget })));
  }

  async #ask({ question, gold, repo }: RepoItem, method: RepoQaMethod, budget: number): Promise<RepoQaResult> {
    const { clock } = this.parts;
    const startedMs = clock.nowMs();
    const found =
      method === 'bm25'
        ? repo.rankByBm25(question.question)
        : await repo.gather(question.question, budget, this.request.signal);
    const seconds = (clock.nowMs() - startedMs) / 1000;
    const { kept, tokens } = await this.#withinBudget(found, budget);
    return { ...scoreGold(gold, repo.texts, kept), tokens, seconds };
  }

  /** The best slices that fit, counted once more here: what is over the budget is no evidence. */
  async #withinBudget(
    slices: readonly RankedSlice[],
    budget: number,
  ): Promise<{ readonly kept: readonly RankedSlice[]; readonly tokens: number }> {
    const kept: RankedSlice[] = [];
    let tokens = 0;
    for (let first = 0; first < slices.length && tokens < budget; first += countedAtOnce) {
      const batch = slices.slice(first, first + countedAtOnce);
      const sizes = await this.#countTokens(batch.map(({ text }) => text));
      throwIfCancelled(this.request.signal);
      batch.forEach((slice, place) => {
        const size = sizes[place] ?? 0;
        if (tokens + size > budget) return;
        kept.push(slice);
        tokens += size;
      });
    }
    return { kept, tokens };
  }

  async #countTokens(texts: readonly string[]): Promise<readonly number[]> {
    const fresh = [...new Set(texts.filter((text) => !this.#tokens.has(text)))];
    const counts = fresh.length > 0 ? await this.parts.countTokens(fresh, this.request.signal) : [];
    fresh.forEach((text, place) => this.#tokens.set(text, counts[place] ?? 0));
    return texts.map((text) => this.#tokens.get(text) ?? 0);
  }

  async #open(questions: readonly RepoQuestion[]): Promise<OpenRepo> {
    const folder = await this.#findFolder(questions);
    const repo = await this.parts.openRepository(folder, this.request.signal);
    const goldPaths = new Set(questions.flatMap(({ gold }) => gold.map(({ path }) => path)));
    const texts = new Map<string, string>();
    for (const path of repo.paths) {
      if (isBaselineFile(path) || goldPaths.has(path)) texts.set(path, await repo.readText(path));
      throwIfCancelled(this.request.signal);
    }
    const { fingerprint, paths } = repo;
    return {
      fingerprint,
      paths,
      readText: (path) => repo.readText(path),
      gather: (question, tokenBudget, signal) => repo.gather(question, tokenBudget, signal),
      texts,
      rankByBm25: rankLineChunks(texts),
    };
  }

  async #findFolder(questions: readonly RepoQuestion[]): Promise<string> {
    const { reposFolder } = this.request;
    const [repo = '', commit = ''] = [questions[0]?.repo, questions[0]?.commit];
    const name = repo.split('/').at(-1) ?? '';
    const entries = await this.parts.fileSystem.listFolder(reposFolder);
    const found = [name, `${name}-${commit}`].find((candidate) =>
      entries.some((entry) => entry.name === candidate && entry.kind !== 'file'),
    );
    if (found !== undefined) return join(reposFolder, found);
    const message = `In ${reposFolder} there is no folder "${name}": unpack ${repo} at commit ${commit} there.`;
    throw new EvidenceError('unknownSet', message);
  }

  /** Everything that a result depends on. */
  #keyOf({ question, repo }: RepoItem, method: RepoQaMethod, budget: number): string {
    const all = [this.parts.version, this.fingerprint, method, budget, question.hash, repo.fingerprint];
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 20);
  }
}

/** Chunks that are counted in one call: more than a small budget holds would be counted for nothing. */
const countedAtOnce = 40;
