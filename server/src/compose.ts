/**
 * The composition root: makes the application out of its concrete parts. Only this file and the two entries say `new`
 * to them. Everything expensive (workers, sessions, model processes) starts at its first use.
 */
import { join, relative, sep } from 'node:path';
import manifest from '../../package.json';
import type { TraceEvent } from '../../protocol/trace-events';
import type { AskOptions, Application, IndexOptions, WorkspaceSession } from './application';
import { leastStrength } from './answer/abstain';
import { createCprsCritic } from './critic/cprs/cprs-critic';
import { answerThreshold } from './critic/extract-answer';
import { chunkQuick } from './chunk/chunk-quick';
import { createCalculator } from './compute/calculator';
import { OnnxCritic } from './critic/onnx-critic';
import { RemoteCritic } from './critic/remote-critic';
import { fingerprintFiles } from './eval/fingerprint';
import { measureAbstention } from './eval/measure-abstention';
import { measureAnswers } from './eval/measure-answers';
import { measureEvidence } from './eval/measure-evidence';
import { measureRepoQa } from './eval/measure-repo-qa';
import { measureTokens } from './eval/measure-tokens';
import { extractText } from './extract/extract-text';
import { formatOf } from './extract/format-of';
import { createVectorIndex, type VectorIndexOptions } from './index/vector-index';
import { createIndexStore } from './index/sqlite-index-store';
import { createModelHost } from './llm/choose-model';
import type { EditorHost } from './llm/editor-host';
import { disableNativeTelemetry } from './platform/native-telemetry';
import { networkGuard } from './platform/network-guard';
import { createNodeClock } from './platform/node-clock';
import { createNodeFileSystem } from './platform/node-file-system';
import { createOutboundLog, type OutboundLogFile } from './platform/outbound-log';
import { FileError, type Clock, type FileSystem, type Logger } from './platform/ports';
import { runGit } from './platform/run-git';
import { placeHint } from './platform/runtime-place';
import { readUserSecret } from './platform/user-secret';
import { userFolders, workspaceFolder } from './platform/user-folders';
import { createRetriever } from './retrieve/fused-retriever';
import { createMeaningSearch } from './retrieve/meaning-search';
import { UnsavedNames } from './retrieve/unsaved-names';
import { UnsavedTexts } from './retrieve/unsaved-texts';
import { answerFromTexts, extractFromText, judgeTexts } from './session/critic-answer';
import { compressTexts, createCompressor, rankUnits } from './session/critic-compressor';
import { Critics } from './session/critics';
import { removeKept, tracesFolderName } from './session/remove-kept';
import { ModelHosts } from './session/model-hosts';
import { openRepository, withWorkspace } from './session/evaluated-repository';
import { readTraceFile, TraceLibrary } from './session/trace-library';
import { FolderSession, type WorkspaceParts } from './session/workspace-session';
import { renderTraceHtml } from './trace/trace-html';
import { errorMessage } from './util/error-message';
import { setFenceSecret } from './util/source-fence';
import { indexWorkspace, refreshFiles, type IndexRun, type IndexerParts } from './workspace/indexer';
import type { Extractor } from './workspace/extractor';
import { createExtractor } from './workspace/worker-extractor';

export interface ComposeOptions {
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the bundles: workers, webviews; the critic's model lies beside it in `models/critic`. */
  readonly distFolder: string;
}

/** Two threads read as fast as one transaction at a time can store. */
const extractThreads = 2;

export function composeApplication({ logger, env, distFolder }: ComposeOptions): Application {
  disableNativeTelemetry(env);
  const fileSystem = createNodeFileSystem();
  const clock = createNodeClock();
  const { dataFolder, modelsFolder } = userFolders(env, process.platform);
  const outbound = secureProcess(dataFolder);
  const workerFile = (name: string): string => join(distFolder, 'workers', `${name}.js`);
  const modelFolder = join(distFolder, '..', 'models', 'critic');
  const embeddings = { tableFolder: join(distFolder, '..', 'models', 'static'), criticFolder: modelFolder };
  const critics = createCritics(workerFile, modelFolder, logger);
  const extractor = createExtractor({
    workerFile: workerFile('extract.worker'),
    embeddings,
    count: extractThreads,
    fileSystem,
    logger,
  });
  const models = createModels({ modelsFolder, processFile: workerFile('llama.process'), logger, env });
  const calculator = createCalculator({ workerFile: workerFile('compute.worker') });
  const sessions = new Map<string, Promise<WorkspaceSession>>();

  const openSession = async (root: string): Promise<WorkspaceSession> => {
    const stat = await fileSystem.stat(root);
    const realRoot = await fileSystem.realPath(root);
    if (stat.kind !== 'folder' && stat.kind !== 'link') {
      throw new FileError('other', root, `${root} is not a folder; name the folder to read.`);
    }
    const folder = workspaceFolder(dataFolder, realRoot);
    const onProblem = (message: string): void => logger.warn(message);
    const store = createIndexStore({ folder, root: realRoot, workerFile: workerFile('store.worker'), onProblem });
    const indexer: IndexerParts = { root: realRoot, store, extractor, fileSystem, git: runGit, env, logger };
    const search = createSearch(indexer, { workerFile: workerFile('vector.worker'), ...embeddings });
    return new FolderSession({
      root: realRoot,
      store,
      ...search.parts,
      calculator,
      compressor: ({ settings }: AskOptions) => createCompressor(critics.for(settings), extractor),
      traces: new TraceLibrary(fileSystem, clock, join(folder, tracesFolderName)),
      fileSystem,
      clock,
      modelHost: ({ settings }: AskOptions) => models.hosts.for(settings.model),
      index: (options) => indexWorkspace(indexer, toRun(options)),
      refresh: (paths, options) => refreshFiles(indexer, toRun(options), relativePaths(realRoot, paths)),
      readText: (path) => readText(fileSystem, extractor, join(realRoot, path)),
      remove: () => removeKept(fileSystem, folder, realRoot),
      onClosed: () => {
        sessions.delete(root);
        void search.dispose();
      },
    });
  };

  const workspace: Application['workspace'] = (root) => {
    const known = sessions.get(root);
    if (known) return known;
    const opening = openSession(root);
    sessions.set(root, opening);
    opening.catch(() => sessions.delete(root));
    return opening;
  };

  return {
    workspace,
    ...models.calls,
    outboundLog: outbound.read,
    async compress(files, question, { settings, signal }) {
      const { texts, problems } = await readTexts(fileSystem, extractor, files);
      const parts = { critic: critics.for(settings), cutter: extractor };
      const { problem, ...result } = await compressTexts(parts, texts, question, signal);
      return { ...result, problems: problem === null ? problems : [...problems, problem] };
    },
    async extract(files, question, { settings, signal }) {
      const { texts, problems } = await readTexts(fileSystem, extractor, files);
      return { ...(await answerFromTexts(critics.for(settings), question, texts, signal)), problems };
    },
    ...createEvaluations({ fileSystem, clock, critics, workspace, modelFolder, distFolder }),
    readTraceFile: (path) => readTraceFile(fileSystem, path),
    writeTracePage: (target, events) =>
      writeTracePage(fileSystem, extractor, join(distFolder, 'media'), target, events),
    dispose: () => disposeAll(sessions, [critics, extractor, calculator, models.hosts]),
  };
}

interface ModelNeeds {
  readonly modelsFolder: string;
  readonly processFile: string;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
}

/** The model hosts, and the editor that gives them keys and models of its own, once it is attached. */
function createModels({ env, ...parts }: ModelNeeds): {
  readonly hosts: ModelHosts;
  readonly calls: Pick<Application, 'models' | 'pullModel' | 'attachEditor'>;
} {
  let editor: EditorHost | null = null;
  const apiKey = env['LONGFOLD_API_KEY'];
  const hint = placeHint(env);
  const more = { ...(apiKey ? { apiKey } : {}), ...(hint === undefined ? {} : { hint }) };
  const hosts = new ModelHosts((settings) => createModelHost({ ...parts, ...more, settings, editor: () => editor }));
  return {
    hosts,
    calls: {
      models: (settings, signal) => hosts.for(settings.model).list(signal),
      pullModel: (name, settings, options) => hosts.for(settings.model).pull(name, options),
      attachEditor: (attached) => {
        editor = attached;
      },
    },
  };
}

/** From here on nothing leaves this process unseen, and no file can know how its text is fenced in prompts. */
function secureProcess(dataFolder: string): OutboundLogFile {
  const outbound = createOutboundLog(join(dataFolder, 'outbound.jsonl'));
  networkGuard.enforce(outbound.write);
  setFenceSecret(() => readUserSecret(join(dataFolder, 'fence-secret')));
  return outbound;
}

function toRun({ settings, ...run }: IndexOptions): IndexRun {
  return { ...run, settings: settings.index };
}

/** Everything that finds passages of one folder. */
function createSearch(
  { fileSystem, extractor, store, root }: IndexerParts,
  options: VectorIndexOptions,
): { readonly parts: Pick<WorkspaceParts, 'retriever' | 'names' | 'showUnsaved'>; dispose(): Promise<void> } {
  const vectors = createVectorIndex(options);
  const unsaved = new UnsavedTexts(chunkQuick);
  const names = new UnsavedNames((text, signal) => extractor.readNames(text, signal));
  const showUnsaved: WorkspaceSession['showUnsaved'] = async (path, text) => {
    const saved = text === null ? null : await readText(fileSystem, extractor, path).catch(() => null);
    // A file that is gone from the disk is gone, though an editor may still show it.
    const shown = saved === null || text === saved ? null : text;
    for (const inside of relativePaths(root, [path])) for (const texts of [unsaved, names]) texts.set(inside, shown);
  };
  const retriever = createRetriever(unsaved.over(store), unsaved.without(createMeaningSearch(store, vectors)));
  return {
    parts: { retriever, names: names.over(store), showUnsaved },
    dispose: () => vectors.dispose(),
  };
}

function createCritics(workerFile: (name: string) => string, modelFolder: string, logger: Logger): Critics {
  return new Critics({
    createBundled: (threads, device) =>
      new OnnxCritic({
        workerFile: workerFile('critic.worker'),
        modelFolder,
        device,
        log: logger,
        ...(threads > 0 ? { workers: threads } : {}),
      }),
    createCprs: (folder, threads, device) =>
      createCprsCritic({
        workerFile: workerFile('cprs.worker'),
        modelFolder: folder,
        device,
        log: logger,
        ...(threads > 0 ? { threads } : {}),
      }),
    createRemote: (host) => new RemoteCritic({ ...host, logger }),
  });
}

interface EvaluationNeeds extends Pick<Application, 'workspace'> {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly critics: Critics;
  readonly modelFolder: string;
  readonly distFolder: string;
}

/** All measure the bundled critic. */
function createEvaluations({
  fileSystem,
  clock,
  critics,
  workspace,
  modelFolder,
  distFolder,
}: EvaluationNeeds): Pick<
  Application,
  'measureEvidence' | 'measureAnswers' | 'measureAbstention' | 'measureRepoQa' | 'measureTokens'
> {
  const parts = { fileSystem, clock, version: manifest.version };
  const fingerprint = (...bundles: readonly string[]): Promise<string> =>
    fingerprintFiles(
      fileSystem,
      modelFolder,
      bundles.map((name) => join(distFolder, name)),
    );
  const criticWorker = 'workers/critic.worker.js';
  const indexed = {
    ...parts,
    countTokens: (texts: readonly string[], signal: AbortSignal) => critics.bundled.countTokens(texts, signal),
    // Chunks, full text and units come from the other workers.
    criticFingerprint: () =>
      fingerprint(criticWorker, 'cli.js', 'workers/extract.worker.js', 'workers/store.worker.js'),
  };
  return {
    measureEvidence: (request) =>
      measureEvidence(request, {
        ...parts,
        rankUnits: (ranking, signal) => rankUnits(critics.bundled, ranking, signal),
        criticFingerprint: () => fingerprint(criticWorker),
      }),
    measureAnswers: (request) =>
      measureAnswers(request, {
        ...parts,
        extract: (question, text, signal) => extractFromText(critics.bundled, question, text, signal),
        threshold: answerThreshold,
        // What becomes an answer and its probability is decided in the command line's own bundle.
        criticFingerprint: () => fingerprint(criticWorker, 'cli.js'),
      }),
    measureAbstention: (request) =>
      measureAbstention(request, {
        ...parts,
        judge: (question, texts, signal) => judgeTexts(critics.bundled, question, texts, signal),
        threshold: leastStrength,
        criticFingerprint: () => fingerprint(criticWorker, 'cli.js'),
      }),
    measureRepoQa: (request) =>
      measureRepoQa(request, {
        ...indexed,
        openRepository: async (folder, signal) => openRepository(await workspace(folder), signal),
      }),
    measureTokens: (request) =>
      measureTokens(request, {
        ...indexed,
        withWorkspace: (files, signal, use) => withWorkspace(workspace, files, signal, use),
      }),
  };
}

/** The decoded text of a file as the index would have it. @throws FileError with one sentence */
async function readText(fileSystem: FileSystem, extractor: Extractor, path: string): Promise<string> {
  const bytes = await fileSystem.readBytes(path);
  const outcome =
    formatOf(path, bytes) === 'text'
      ? extractText(path, bytes)
      : await extractor.readDocument({ path, bytes }, new AbortController().signal);
  if (outcome.kind === 'document') return outcome.document.text;
  throw new FileError('other', path, `${path} cannot be read as text. ${outcome.detail}`);
}

/** Each file once; one sentence for each that cannot be read. */
async function readTexts(
  fileSystem: FileSystem,
  extractor: Extractor,
  files: readonly string[],
): Promise<{ readonly texts: readonly { path: string; text: string }[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const texts: { path: string; text: string }[] = [];
  for (const path of new Set(files)) {
    try {
      texts.push({ path, text: await readText(fileSystem, extractor, path) });
    } catch (error) {
      problems.push(errorMessage(error));
    }
  }
  return { texts, problems };
}

/** With forward slashes; what lies outside the root is left out. */
function relativePaths(root: string, paths: readonly string[]): readonly string[] {
  const inside = paths.map((path) => relative(root, path)).filter((path) => path !== '' && !path.startsWith('..'));
  return inside.map((path) => path.split(sep).join('/'));
}

async function writeTracePage(
  fileSystem: FileSystem,
  extractor: Extractor,
  mediaFolder: string,
  target: string,
  events: readonly TraceEvent[],
): Promise<void> {
  const first = events[0];
  const title = first?.kind === 'questionAsked' ? first.question : 'Longfold trace';
  const script = await readText(fileSystem, extractor, join(mediaFolder, 'trace.js'));
  const style = await readText(fileSystem, extractor, join(mediaFolder, 'trace.css'));
  await fileSystem.writeText(target, renderTraceHtml({ events, title, script, style }));
}

/** A part that fails to end must not keep the others from ending. */
async function disposeAll(
  sessions: ReadonlyMap<string, Promise<WorkspaceSession>>,
  parts: readonly { dispose(): Promise<void> }[],
): Promise<void> {
  for (const session of [...sessions.values()]) {
    await session.then((opened) => opened.close()).catch(() => undefined);
  }
  await Promise.allSettled(parts.map((part) => part.dispose()));
}
