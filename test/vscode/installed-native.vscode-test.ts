/** In the VSIX as a user installs it: every native module loads from the package and does its work. */
import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { AskResult } from '../../protocol/ask';
import type { TraceEvent } from '../../protocol/trace-events';
import type { LongfoldApi } from '../../extension/src/test-api';
import { test, waitFor } from './suite-runner';

const model = 'SmolLM2-135M-Instruct.Q4_1.gguf';

test('the extension runs from the installed package, which has what it loads and no sources', async () => {
  const extension = await startedExtension();
  assert.ok(
    relative(process.env['LONGFOLD_TEST_EXTENSIONS'] ?? '/none', extension.extensionPath).startsWith('longfold.'),
  );
  const parts = [
    'dist/server.js',
    'dist/workers/critic.worker.js',
    'models/critic/encoder.onnx',
    'server',
    'test',
    'node_modules',
  ];
  assert.deepEqual(
    parts.map((part) => existsSync(join(extension.extensionPath, part))),
    [true, true, true, false, false, false],
  );
});

test(
  'SQLite indexes, ONNX Runtime compresses and llama.cpp answers, with no step failed',
  async () => {
    const { exports: api } = await startedExtension();
    await waitFor('the index', () => (api.indexStatus()[0]?.phase === 'ready' ? true : undefined));
    const settings = vscode.workspace.getConfiguration('longfold');
    await settings.update('model.folder', process.env['LONGFOLD_TEST_MODELS'], vscode.ConfigurationTarget.Global);
    await settings.update('model.use', `embedded:${model}`, vscode.ConfigurationTarget.Global);
    // Little to read keeps the small model's answer under a minute on two cores.
    await settings.update('compress.tokenBudget', 256, vscode.ConfigurationTarget.Global);
    const result = await vscode.commands.executeCommand<AskResult | null>(
      'longfold.question.ask',
      'How many jobs can a queue hold?',
    );
    assert.equal(result?.outcome, 'answered', result?.message ?? '');
    assert.match(result.model ?? '', /SmolLM2/);
    const events = readTrace(result.trace);
    assert.deepEqual(
      events.filter((event) => event.kind === 'stepFailed'),
      [],
    );
    assert.ok(events.some((event) => event.kind === 'compressionFinished'));
  },
  { timeoutMs: 180_000 },
);

test('tree-sitter finds the symbol under the pointer', async () => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, 'src', 'backoff.ts'));
  const at = /export function (\w+)/.exec(document.getText());
  assert.ok(at?.[1]);
  const position = document.positionAt(at.index + 'export function '.length + 1);
  const text = await waitFor('the hover', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    const contents = hovers
      .flatMap((hover) => hover.contents)
      .map((part) => (part instanceof vscode.MarkdownString ? part.value : ''));
    return contents.find((value) => value.includes('Longfold'));
  });
  assert.match(text, /defined|src\/backoff\.ts/i);
});

async function startedExtension(): Promise<vscode.Extension<LongfoldApi>> {
  const extension = vscode.extensions.getExtension<LongfoldApi>('longfold.longfold');
  assert.ok(extension, 'longfold.longfold is not installed');
  const api = await extension.activate();
  await api.started;
  return extension;
}

function readTrace(file: string | null): readonly TraceEvent[] {
  assert.ok(file, 'the question has no trace file');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line): TraceEvent => JSON.parse(line));
}
