/** The commands and views inside a real VS Code, against the real server, the real critic and the sample workspace. */
import * as assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AskResult } from '../../protocol/ask';
import type { Turn } from '../../protocol/conversation';
import type { LongfoldApi } from '../../extension/src/test-api';
import { test, waitFor } from './suite-runner';

async function api(): Promise<LongfoldApi> {
  const extension = vscode.extensions.getExtension<LongfoldApi>('longfold.longfold');
  assert.ok(extension);
  const found = await extension.activate();
  await found.started;
  return found;
}

async function indexed(): Promise<LongfoldApi> {
  const found = await api();
  await waitFor('the index', () => (found.indexStatus()[0]?.phase === 'ready' ? true : undefined));
  return found;
}

async function setSetting(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('longfold').update(key, value, vscode.ConfigurationTarget.Global);
}

function lastTurn(found: LongfoldApi): Turn {
  const turn = found.chat.snapshot().turns.at(-1);
  assert.ok(turn);
  return turn;
}

const ask = (question: string): Thenable<AskResult | null> =>
  vscode.commands.executeCommand('longfold.question.ask', question);

function fileUri(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, path);
}

test('the server runs and the status bar tells the state of the index', async () => {
  await setSetting('model.use', 'none');
  const found = await indexed();
  assert.equal(found.serverState(), 'running');
  const status = found.indexStatus()[0];
  assert.equal(status?.filesIndexed, 6);
  await waitFor('the status bar', () => (found.statusBarText().includes('6') ? true : undefined));
});

test('Ask a Question answers in the chat with evidence from the workspace', async () => {
  const found = await indexed();
  const result = await ask('How many times is a failing job tried?');
  assert.equal(result?.outcome, 'evidence');
  const turn = lastTurn(found);
  assert.equal(turn.state, 'evidence');
  assert.equal(turn.question, 'How many times is a failing job tried?');
  assert.ok(turn.evidence.some((span) => span.path === 'docs/retries.md' && span.text.includes('four times')));
  assert.ok(turn.steps.some((step) => step.kind === 'reading' && step.passagesRead > 0));
  await waitFor('the chat view', () => (found.chat.isReady() ? true : undefined));
});

test(
  'a written answer by the embedded model has its citations checked',
  async () => {
    const found = await indexed();
    await setSetting('model.folder', process.env['LONGFOLD_TEST_MODELS'] ?? '');
    await setSetting('model.use', 'embedded:SmolLM2-135M-Instruct.Q4_1.gguf');
    const result = await ask('How many jobs can a queue hold?');
    await setSetting('model.use', 'none');
    assert.equal(result?.outcome, 'answered', result?.message ?? '');
    assert.notEqual(result?.answer.trim(), '');
    for (const citation of result?.citations ?? []) {
      if (!citation.verified || citation.path === null || citation.start === null || citation.end === null) continue;
      const text = (await vscode.workspace.openTextDocument(fileUri(citation.path))).getText();
      assert.ok(text.slice(citation.start, citation.end).length > 0);
    }
    assert.equal(lastTurn(found).state, 'answered');
  },
  { timeoutMs: 180_000 },
);

test('Explain Selection puts the selected text first', async () => {
  await indexed();
  const document = await vscode.workspace.openTextDocument(fileUri('src/backoff.ts'));
  const editor = await vscode.window.showTextDocument(document);
  const start = document.getText().indexOf('return Math.min');
  editor.selection = new vscode.Selection(
    document.positionAt(start),
    document.positionAt(start + 'return Math.min(60_000'.length),
  );
  const result = await vscode.commands.executeCommand<AskResult | null>('longfold.selection.explain');
  assert.equal(result?.outcome, 'evidence');
  const first = result?.evidence.find((span) => span.path === 'src/backoff.ts' && span.start === start);
  assert.equal(first?.text, 'return Math.min(60_000');
});

test('a hover says where a symbol is defined and used, with a link and without asking a model', async () => {
  const found = await indexed();
  const before = found.lastResult();
  const document = await vscode.workspace.openTextDocument(fileUri('src/queue.ts'));
  const place = document.positionAt(document.getText().indexOf('nextDelayMs(job'));
  const text = await waitFor('the hover', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      place,
    );
    const all = hovers
      .flatMap((hover) => hover.contents)
      .map((part) => (part instanceof vscode.MarkdownString ? part.value : ''));
    return all.find((value) => value.includes('longfold.symbol.explain'));
  });
  assert.match(text, /backoff/);
  assert.equal(found.lastResult(), before);
});

test('Show Trace opens the trace of the last question', async () => {
  const found = await indexed();
  await ask('Where do dead jobs go?');
  await vscode.commands.executeCommand('longfold.trace.show', lastTurn(found).id);
  await waitFor('the trace view', () => (found.trace.isReady() ? true : undefined));
  const kinds = found.trace.events()?.map((event) => event.kind);
  assert.equal(kinds?.[0], 'questionAsked');
  assert.equal(kinds.at(-1), 'questionFinished');
});

test('an open trace marks citations whose words are changed on the screen, until they stand there again', async () => {
  const found = await indexed();
  const result = await ask('Where do dead jobs go?');
  await vscode.commands.executeCommand('longfold.trace.show', lastTurn(found).id);
  await waitFor('the trace view', () => (found.trace.isReady() ? true : undefined));
  const cited = result?.citations.find(({ verified }) => verified);
  assert.ok(cited?.path);
  assert.deepEqual(found.trace.citedPlaces(), []);
  const document = await vscode.workspace.openTextDocument(fileUri(cited.path));
  const text = document.getText();
  const replaceAll = async (next: string): Promise<void> => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), next);
    assert.ok(await vscode.workspace.applyEdit(edit));
  };
  await replaceAll('Nothing of it stands here any more.\n');
  const isMarked = () => found.trace.citedPlaces().some(({ path, line }) => path === cited.path && line === null);
  await waitFor('the mark', () => (isMarked() ? true : undefined));
  await replaceAll(`\n\n${text}`);
  await waitFor('the moved line', () =>
    found.trace.citedPlaces().some(({ path, line }) => path === cited.path && line === (cited.startLine ?? 0) + 2)
      ? true
      : undefined,
  );
  await replaceAll(text);
  await waitFor('no mark', () => (found.trace.citedPlaces().length === 0 ? true : undefined));
  await document.save();
});

test('a changed setting counts for the next question', async () => {
  await indexed();
  await setSetting('compress.granularity', 'line');
  await setSetting('compress.tokenBudget', 64);
  const result = await ask('What happens when the queue is full?');
  await setSetting('compress.granularity', undefined);
  await setSetting('compress.tokenBudget', undefined);
  assert.ok(result);
  assert.ok(result.tokens.kept > 0 && result.tokens.kept <= 64, `kept ${result.tokens.kept}`);
});

test('a question can be stopped, and the chat says so', async () => {
  const found = await indexed();
  await vscode.commands.executeCommand('longfold.index.rebuild');
  const running = ask('Which job is run first, and what happens to the others in the meantime?');
  await waitFor('the question to start', () => (lastTurn(found).state === 'running' ? true : undefined));
  const startedMs = performance.now();
  await vscode.commands.executeCommand('longfold.question.cancel');
  const result = await running;
  assert.ok(performance.now() - startedMs < 1_000);
  // The question may have been finished in the moment of stopping; it must never stay running.
  assert.ok(['cancelled', 'evidence'].includes(lastTurn(found).state), lastTurn(found).state);
  assert.ok(result === null || ['cancelled', 'evidence'].includes(result.outcome));
});

test('an empty question gets a sentence and no turn', async () => {
  const found = await indexed();
  const turns = found.chat.snapshot().turns.length;
  void ask('   ');
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(found.chat.snapshot().turns.length, turns);
});

test('a saved change is found', async () => {
  const found = await indexed();
  const uri = fileUri(join('docs', 'lamp.md'));
  // The editor's file watcher may still be starting: the file is written again until one change was told.
  await waitFor('the new file', async () => {
    if (found.indexStatus()[0]?.filesIndexed === 7) return true;
    await vscode.workspace.fs.writeFile(uri, Buffer.from('# Lamp\n\nThe warning lamp of the queue is turquoise.\n'));
    await new Promise((done) => setTimeout(done, 1_000));
    return undefined;
  });
  const result = await ask('Which colour has the warning lamp?');
  await vscode.workspace.fs.delete(uri);
  assert.ok(result?.evidence.some((span) => span.text.includes('turquoise')));
  await waitFor('the deleted file to go', () => (found.indexStatus()[0]?.filesIndexed === 6 ? true : undefined));
});

test('Rebuild Index reads everything again', async () => {
  const found = await indexed();
  await vscode.commands.executeCommand('longfold.index.rebuild');
  await waitFor('the index', () => (found.indexStatus()[0]?.phase === 'ready' ? true : undefined));
  assert.equal(found.indexStatus()[0]?.filesIndexed, 6);
});

test('every command of the palette is registered', async () => {
  await indexed();
  const known = new Set(await vscode.commands.getCommands(true));
  const manifest: unknown = vscode.extensions.getExtension('longfold.longfold')?.packageJSON;
  const contributed = JSON.stringify(manifest).match(/"command":"longfold\.[\w.]+"/g) ?? [];
  assert.ok(contributed.length >= 6);
  assert.deepEqual(
    contributed.map((item) => item.slice(11, -1)).filter((id) => !known.has(id)),
    [],
  );
});
