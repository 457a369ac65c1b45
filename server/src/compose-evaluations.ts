/** What `longfold eval` measures, put together: every evaluation asks the bundled critic. */
import { join } from 'node:path';
import manifest from '../../package.json';
import { leastStrength } from './answer/abstain';
import type { Application } from './application';
import { answerThreshold } from './critic/extract-answer';
import { fingerprintFiles } from './eval/fingerprint';
import { measureAbstention } from './eval/measure-abstention';
import { measureAnswers } from './eval/measure-answers';
import { measureEvidence } from './eval/measure-evidence';
import { measureRepoQa } from './eval/measure-repo-qa';
import { measureTokens } from './eval/measure-tokens';
import type { Clock, FileSystem } from './platform/ports';
import { extractFromText, judgeTexts } from './session/critic-answer';
import { rankUnits } from './session/critic-compressor';
import type { Critics } from './session/critics';
import { openRepository, withWorkspace } from './session/evaluated-repository';

interface EvaluationNeeds extends Pick<Application, 'workspace'> {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly critics: Critics;
  readonly modelFolder: string;
  readonly distFolder: string;
}

export function createEvaluations({
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
