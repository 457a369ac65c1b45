/** The webviews' words in the editor's display language. */
import * as vscode from 'vscode';
import { englishStrings, type WebviewStringKey, type WebviewStrings } from '../../protocol/webview-strings';

export function localiseWebviewStrings(): WebviewStrings {
  const table: Record<WebviewStringKey, string> = { ...englishStrings };
  for (const key of Object.keys(table).filter((name): name is WebviewStringKey => name in englishStrings)) {
    table[key] = vscode.l10n.t(englishStrings[key]);
  }
  return table;
}
