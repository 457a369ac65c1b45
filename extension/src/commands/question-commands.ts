/** Commands that ask: from an input box, about the selection, or about the symbol under a hover. */
import * as vscode from 'vscode';
import type { AskResult } from '../../../protocol/ask';
import type { ExplainSymbolArgs } from '../../../protocol/initialization';
import type { AskController, AskOrder } from '../chat/ask-controller';
import { toRef, type AskedFolders } from '../asked-folders';
import type { ChatView } from '../chat/chat-view';
import { UserError } from '../errors';
import { checkRelativePath } from '../source-path';

export class QuestionCommands {
  constructor(
    private readonly asking: AskController,
    private readonly chat: ChatView,
    private readonly folders: AskedFolders,
  ) {}

  /** Asks the given text; without one, the chat view opens with the cursor in its input. */
  async ask(question: unknown): Promise<AskResult | null> {
    if (typeof question !== 'string') {
      await this.chat.show({ focusInput: true });
      return null;
    }
    const [folder, ...further] = this.folders.current();
    return this.send({ question, folder, further, options: {}, selection: null });
  }

  async explainSelection(): Promise<AskResult | null> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || editor.selection.isEmpty) {
      throw new UserError(vscode.l10n.t('Select some text in a file of the workspace first.'));
    }
    const { document, selection } = editor;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    if (!folder || document.uri.scheme !== 'file') {
      throw new UserError(vscode.l10n.t('The selected text is not in a file of the workspace.'));
    }
    const place = `${vscode.workspace.asRelativePath(document.uri, false)}:${selection.start.line + 1}`;
    return this.send({
      question: vscode.l10n.t('What does the selected text at {0} mean, and what is it for?', place),
      folder: toRef(folder),
      further: this.folders.beside(toRef(folder)),
      options: {},
      selection: {
        uri: document.uri.toString(),
        start: document.offsetAt(selection.start),
        end: document.offsetAt(selection.end),
      },
      standsAlone: true,
    });
  }

  async explainSymbol(args: unknown): Promise<AskResult | null> {
    if (!isExplainSymbolArgs(args)) throw new UserError(vscode.l10n.t('This link names no symbol of the workspace.'));
    const folder = vscode.workspace.workspaceFolders?.find((item) => item.uri.toString() === args.workspaceUri);
    if (!folder) throw new UserError(vscode.l10n.t('The folder of this symbol is not open any more.'));
    const question = vscode.l10n.t('What is {0} in {1}, and where is it used?', args.symbol, args.path);
    const folders = { folder: toRef(folder), further: [] };
    return this.send({ question, ...folders, options: {}, selection: null, standsAlone: true });
  }

  private async send(order: AskOrder): Promise<AskResult | null> {
    await this.chat.show({ focusInput: false });
    return this.asking.ask(order);
  }
}

function isExplainSymbolArgs(value: unknown): value is ExplainSymbolArgs {
  if (typeof value !== 'object' || value === null) return false;
  if (!('workspaceUri' in value) || !('symbol' in value) || !('path' in value)) return false;
  const { workspaceUri, symbol, path } = value;
  if (typeof workspaceUri !== 'string' || typeof symbol !== 'string' || typeof path !== 'string') return false;
  return symbol !== '' && symbol.length <= 200 && checkRelativePath(path) !== undefined;
}
