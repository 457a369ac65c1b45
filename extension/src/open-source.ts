/**
 * Opens a cited place: the file inside the workspace folder, the exact range selected and marked for a moment.
 * Turned on by a click on a citation in the chat or the trace.
 */
import * as vscode from 'vscode';
import type { SourceRange } from '../../protocol/trace-events';
import { UserError } from './errors';
import { locateSource, type SourceScope } from './source-path';

/** How long the mark stays when nothing else removes it. */
const highlightMs = 4000;

export class SourceOpener implements vscode.Disposable {
  private readonly highlight = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.findMatchHighlightBackground'),
    border: '1px solid',
    borderColor: new vscode.ThemeColor('editor.findMatchHighlightBorder'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.findMatchForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  });
  private timer: NodeJS.Timeout | undefined;

  async open(scope: SourceScope, range: SourceRange): Promise<void> {
    const uri = findInWorkspace(scope, range.path);
    const document = await vscode.workspace.openTextDocument(uri);
    const target = toEditorRange(document, range);
    const editor = await vscode.window.showTextDocument(document, { preview: true, selection: target });
    editor.revealRange(target, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    editor.setDecorations(this.highlight, [target]);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => editor.setDecorations(this.highlight, []), highlightMs);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.highlight.dispose();
  }
}

function findInWorkspace(scope: SourceScope, path: string): vscode.Uri {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => ({
    uri: folder.uri.toString(),
    fsPath: folder.uri.fsPath,
    folder,
  }));
  const found = locateSource(scope, path, folders);
  if (found) return vscode.Uri.joinPath(found.folder.folder.uri, found.inside);
  throw new UserError(vscode.l10n.t('{0} is not a file of an open workspace folder, so it is not opened.', path));
}

/**
 * The offsets count in the text that was indexed. When the file has changed since, or the editor joined mixed line
 * endings, they may point elsewhere; the line numbers are then the better guess.
 */
function toEditorRange(document: vscode.TextDocument, range: SourceRange): vscode.Range {
  const exact = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
  if (exact.start.line + 1 === range.startLine && !exact.isEmpty) return exact;
  const lastLine = document.lineCount - 1;
  const startLine = Math.min(Math.max(range.startLine - 1, 0), lastLine);
  const endLine = Math.min(Math.max(range.endLine - 1, startLine), lastLine);
  return new vscode.Range(startLine, 0, endLine, document.lineAt(endLine).text.length);
}
