/**
 * Opens a cited place: the file inside the workspace folder, the exact range selected and marked for a moment.
 * Turned on by a click on a citation in the chat or the trace.
 */
import * as vscode from 'vscode';
import { LocateRequest } from '../../protocol/sources';
import type { SourceRange } from '../../protocol/evidence';
import { describePlace, type Place } from '../../protocol/places';
import { UserError } from './errors';
import type { ServerConnection } from './server-connection';
import { locateSource, type SourceScope } from './source-path';

/** How long the mark stays when nothing else removes it. */
const highlightMs = 4000;
const messageMs = 8000;

export class SourceOpener implements vscode.Disposable {
  private readonly highlight = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.findMatchHighlightBackground'),
    border: '1px solid',
    borderColor: new vscode.ThemeColor('editor.findMatchHighlightBorder'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.findMatchForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  });
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: ServerConnection) {}

  /** `text`: the words that were cited there, so that they are found where they stand now; null where none were. */
  async open(scope: SourceScope, cited: SourceRange, text: string | null = null): Promise<void> {
    const { folder, inside } = findInWorkspace(scope, cited.path);
    const uri = vscode.Uri.joinPath(folder.folder.uri, inside);
    const range = text === null ? cited : await this.findAgain(folder.uri, { ...cited, path: inside }, text);
    if (cited.place !== undefined) return openPlace(uri, cited.place);
    const document = await vscode.workspace.openTextDocument(uri);
    const target = toEditorRange(document, range);
    const editor = await vscode.window.showTextDocument(document, { preview: true, selection: target });
    editor.revealRange(target, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    editor.setDecorations(this.highlight, [target]);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => editor.setDecorations(this.highlight, []), highlightMs);
  }

  /** Says so when the words have moved or are gone; a server that does not answer leaves the old place. */
  private async findAgain(workspaceUri: string, cited: SourceRange, text: string): Promise<SourceRange> {
    const { path, start, end, startLine } = cited;
    const params = { workspaceUri, slices: [{ path, start, end, text }] };
    const anchors = await this.server
      .ready()
      .then((client) => client.sendRequest(LocateRequest, params))
      .catch(() => []);
    const anchor = anchors[0];
    if (anchor === undefined || anchor.kind === 'same') return cited;
    if (anchor.kind === 'stale') {
      const message = vscode.l10n.t(
        'The cited words no longer stand in {0}; the file has changed since the answer.',
        path,
      );
      void vscode.window.showWarningMessage(message);
      return cited;
    }
    if (anchor.startLine !== startLine) {
      const message = vscode.l10n.t(
        'The file has changed: the cited words moved from line {0} to line {1}.',
        startLine,
        anchor.startLine,
      );
      void vscode.window.setStatusBarMessage(message, messageMs);
    }
    return { ...cited, ...anchor };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.highlight.dispose();
  }
}

/** A document that is no plain text opens as the editor shows such files; where in it, is told beside. */
async function openPlace(uri: vscode.Uri, place: Place): Promise<void> {
  if (place.kind === 'line') {
    const at = new vscode.Position(place.line - 1, place.column - 1);
    await vscode.window.showTextDocument(uri, { preview: true, selection: new vscode.Range(at, at) });
    return;
  }
  await vscode.commands.executeCommand('vscode.open', uri);
  void vscode.window.setStatusBarMessage(`${vscode.workspace.asRelativePath(uri)}: ${describePlace(place)}`, messageMs);
}

function findInWorkspace(scope: SourceScope, path: string) {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => ({
    uri: folder.uri.toString(),
    fsPath: folder.uri.fsPath,
    folder,
  }));
  const found = locateSource(scope, path, folders);
  if (found) return found;
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
