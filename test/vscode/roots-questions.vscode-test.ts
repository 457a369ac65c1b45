/** A window of two folders inside a real VS Code: one question over both, and the choice of one of them. */
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LongfoldApi } from '../../extension/src/test-api';
import type { AskResult } from '../../protocol/ask';
import { test, waitFor } from './suite-runner';

const question = 'How many times is a failing job tried, and how many parcels does a courier carry?';
const [ofSample, ofCourier] = ['four times', '35 parcels'];

async function indexed(): Promise<LongfoldApi> {
  const extension = vscode.extensions.getExtension<LongfoldApi>('longfold.longfold');
  assert.ok(extension);
  const found = await extension.activate();
  await found.started;
  await vscode.workspace.getConfiguration('longfold').update('model.use', 'none', vscode.ConfigurationTarget.Global);
  await waitFor('both indexes', () => {
    const ready = found.indexStatus().filter(({ phase }) => phase === 'ready');
    return ready.length === 2 ? true : undefined;
  });
  return found;
}

const ask = (): Thenable<AskResult | null> => vscode.commands.executeCommand('longfold.question.ask', question);

function pathOf(result: AskResult | null, words: string): string | undefined {
  return result?.evidence.find(({ text }) => text.includes(words))?.path;
}

test('a question is about all folders of the window, and its paths name them', async () => {
  const found = await indexed();
  const result = await ask();
  assert.deepEqual(
    result?.roots?.map(({ path }) => path),
    vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath),
  );
  assert.match(pathOf(result, ofSample) ?? '', /^sample\//);
  assert.equal(pathOf(result, ofCourier), 'Couriers/docs/retries.md');
  const turn = found.chat.snapshot().turns.at(-1);
  assert.deepEqual([turn?.state, turn?.roots], ['evidence', result?.roots]);
});

test('Explain Selection leads with the selected text under the name of its folder', async () => {
  await indexed();
  const folder = vscode.workspace.workspaceFolders?.[1];
  assert.ok(folder);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, 'docs', 'retries.md'));
  const editor = await vscode.window.showTextDocument(document);
  const start = document.getText().indexOf('A courier');
  editor.selection = new vscode.Selection(document.positionAt(start), document.positionAt(start + 'A courier'.length));
  const result = await vscode.commands.executeCommand<AskResult | null>('longfold.selection.explain');
  assert.equal(result?.roots?.length, 2);
  const first = result.evidence[0];
  assert.deepEqual([first?.path, first?.text], ['Couriers/docs/retries.md', 'A courier']);
});

test('one folder can be taken out of the questions and put back', async () => {
  await indexed();
  await toggleOneFolder();
  const one = await ask();
  assert.equal(one?.roots, undefined);
  assert.equal([ofSample, ofCourier].filter((words) => pathOf(one, words) !== undefined).length, 1);
  await toggleOneFolder();
  assert.equal((await ask())?.roots?.length, 2);
});

/** Works the list as a user with the keyboard does. */
async function toggleOneFolder(): Promise<void> {
  const choosing = vscode.commands.executeCommand('longfold.folders.choose');
  let isClosed = false;
  void choosing.then(() => (isClosed = true));
  // The list takes a moment to open, and no event tells of it.
  await new Promise((done) => setTimeout(done, 1_000));
  await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
  await vscode.commands.executeCommand('workbench.action.quickPickManyToggle');
  await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  await waitFor('the choice', () => (isClosed ? true : undefined));
}
