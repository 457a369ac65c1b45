/**
 * Client side of the symbol hover: the server writes one line and a command link; here exactly that one command
 * is made clickable, so that no text of a source file can smuggle in another one.
 */
import type { HoverMiddleware } from 'vscode-languageclient/node';
import * as vscode from 'vscode';
import { explainSymbolCommand } from '../../protocol/initialization';

export const explainHover: HoverMiddleware = {
  async provideHover(document, position, token, next) {
    const hover = await next(document, position, token);
    return hover && new vscode.Hover(hover.contents.map(trustExplainOnly), hover.range);
  },
};

function trustExplainOnly(content: vscode.Hover['contents'][number]): vscode.Hover['contents'][number] {
  if (!(content instanceof vscode.MarkdownString)) return content;
  const trusted = new vscode.MarkdownString(content.value);
  trusted.isTrusted = { enabledCommands: [explainSymbolCommand] };
  return trusted;
}
