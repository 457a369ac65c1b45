/**
 * The composition root: makes the application out of its concrete parts. Only this file and the two entries say `new`
 * to them. Everything expensive (workers, sessions, model processes) starts at its first use.
 */
import { join } from 'node:path';
import type { TraceEvent } from '../../protocol/trace-events';
import type { AskOptions, Application, IndexOptions, WorkspaceSession } from './application';
import { createEvaluations } from './compose-evaluations';
import { createCprsCritic } from './critic/cprs/cprs-critic';
import { chunkQuick } from './chunk/chunk-quick';
import { createCalculator } from './compute/calculator';
import { OnnxCritic } from './critic/onnx-critic';
import { RemoteCritic } from './critic/remote-critic';
import { createVectorIndex, type VectorIndexOptions } from './index/vector-index';
import { createIndexStore } from './index/sqlite-index-store';
import { createModelHost } from './llm/choose-model';
import type { EditorHost } from './llm/editor-host';
import { disableNativeTelemetry } from './platform/native-telemetry';
import { networkGuard } from './platform/network-guard';
import { createNodeClock } from './platform/node-clock';
import { createNodeFileSystem } from './platform/node-file-system';
import { createOutboundLog, type OutboundLogFile } from './platform/outbound-log';
import { FileError, type FileSystem, type Logger } from './platform/ports';
import { runGit } from './platform/run-git';
import { placeHint } from './platform/runtime-place';
import { readUserSecret } from './platform/user-secret';
import { userFolders, workspaceFolder } from './platform/user-folders';
import { createRetriever } from './retrieve/fused-retriever';
import { createMeaningSearch } from './retrieve/meaning-search';
import { UnsavedNames } from './retrieve/unsaved-names';
import { UnsavedTexts } from './retrieve/unsaved-texts';
import { answerFromTexts } from './session/critic-answer';
import { compressTexts, createCompressor } from './session/critic-compressor';
import { Critics } from './session/critics';
import { removeKept, tracesFolderName } from './session/remove-kept';
import { ModelHosts } from './session/model-hosts';
import { readTraceFile, TraceLibrary } from './session/trace-library';
import { FolderSession, type WorkspaceParts } from './session/workspace-session';
import { renderTraceHtml } from './trace/trace-html';
import { setFenceSecret } from './util/source-fence';
import { indexWorkspace, refreshFiles, type IndexRun, type IndexerParts } from './workspace/indexer';
import type { Extractor } from './workspace/extractor';
import { readText, readTexts, relativePaths } from './workspace/read-texts';
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
): {
  readonly parts: Pick<WorkspaceParts, 'retriever' | 'names' | 'chunksShown' | 'showUnsaved'>;
  dispose(): Promise<void>;
} {
  const vectors = createVectorIndex(options);
  const unsaved = new UnsavedTexts(chunkQuick);
  const names = new UnsavedNames((text, signal) => extractor.readNames(text, signal));
  const showUnsaved: WorkspaceSession['showUnsaved'] = async (path, text) => {
    const saved = text === null ? null : await readText(fileSystem, extractor, path).catch(() => null);
    // A file that is gone from the disk is gone, though an editor may still show it.
    const shown = saved === null || text === saved ? null : text;
    for (const inside of relativePaths(root, [path])) for (const texts of [unsaved, names]) texts.set(inside, shown);
  };
  const shown = unsaved.over(store);
  const retriever = createRetriever(shown, unsaved.without(createMeaningSearch(store, vectors)));
  return {
    parts: { retriever, names: names.over(store), chunksShown: (path) => shown.chunksOf(path), showUnsaved },
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
