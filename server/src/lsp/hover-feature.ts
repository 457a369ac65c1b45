/**
 * Hover on a symbol: one line that says where it is defined and used, with a link that asks Longfold to explain it.
 * It reads the index only; no model runs before the click.
 */
import { MarkupKind, type Connection, type Hover, type Position } from 'vscode-languageserver';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { explainSymbolCommand, type ExplainSymbolArgs } from '../../../protocol/initialization';
import type { Configuration } from './configuration';
import { fromWireUri, pathInside } from './uris';
import type { Workspaces } from './workspaces';

const identifier = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

export function registerHover(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  workspaces: Workspaces,
  configuration: Configuration,
  linkText: () => string,
): void {
  connection.onHover(async ({ textDocument, position }): Promise<Hover | null> => {
    const document = documents.get(textDocument.uri);
    const file = fromWireUri(textDocument.uri);
    if (!document || file === undefined || !workspaces.isTrusted) return null;
    const place = findRoot(workspaces, file);
    if (!place || !(await configuration.settingsOf(place.uri)).hover.enabled) return null;
    const word = wordAt(document, position);
    if (!word) return null;
    const session = await workspaces.session(place.uri);
    const summary = await session.describeSymbol(word.text, place.path, position.line);
    if (!summary) return null;
    const target: ExplainSymbolArgs = { workspaceUri: place.uri, symbol: word.text, path: place.path };
    const args = encodeURIComponent(JSON.stringify([target]));
    const value = `${escapeMarkdown(summary.text)}\n\n[${linkText()}](command:${explainSymbolCommand}?${args})`;
    return { contents: { kind: MarkupKind.Markdown, value }, range: word.range };
  });
}

function findRoot(workspaces: Workspaces, file: string): { readonly uri: string; readonly path: string } | undefined {
  for (const uri of workspaces.roots()) {
    const root = fromWireUri(uri);
    const path = root === undefined ? undefined : pathInside(root, file);
    if (path !== undefined) return { uri, path };
  }
  return undefined;
}

function wordAt(
  document: TextDocument,
  position: Position,
): { readonly text: string; readonly range: Hover['range'] & object } | null {
  const line = document.getText({
    start: { line: position.line, character: 0 },
    end: { line: position.line + 1, character: 0 },
  });
  for (const match of line.slice(0, 2_000).matchAll(identifier)) {
    const end = match.index + match[0].length;
    if (match.index <= position.character && position.character <= end && match[0].length > 1) {
      const range = {
        start: { line: position.line, character: match.index },
        end: { line: position.line, character: end },
      };
      return { text: match[0], range };
    }
  }
  return null;
}

/** File names and symbols come from the workspace: shown as text, never as Markdown. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!<>|~&]/g, '\\$&');
}
