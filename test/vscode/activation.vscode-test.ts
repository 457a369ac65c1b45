/** The extension starts inside a real VS Code, from its source folder and as an installed VSIX. */
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from './suite-runner';

test('the extension activates', async () => {
  const extension = vscode.extensions.getExtension('longfold.longfold');
  assert.ok(extension, 'longfold.longfold is not among the extensions');
  await extension.activate();
  assert.equal(extension.isActive, true);
});
