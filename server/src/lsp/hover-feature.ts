/**
 * Hover on a symbol: its header and comment, where it is defined, who uses, tests and describes it, and a link that asks
 * Longfold to explain it. It reads the index and what stands on the screen; no model runs before the click.
 */
import { MarkupKind, type Connection, type Hover, type Position } from 'vscode-languageserver';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { IndexPhase } from '../../../protocol';
import { explainSymbolCommand, type ExplainSymbolArgs } from '../../../protocol/initialization';
import { pathInside } from '../platform/path-inside';
import { CancelledError } from '../util/cancelled';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import { linkAddress, toHoverText } from './hover-text';
import { hoverWords } from './hover-words';
import { fromWireUri } from './uris';
import type { Workspaces } from './workspaces';

const identifier = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

export interface HoverClient {
  /** The words of the link, translated. */
  readonly explainLink: string;
  /** The editor's display language. */
  readonly locale: string;
}

export function registerHover(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  workspaces: Workspaces,
  configuration: Configuration,
  client: () => HoverClient,
): void {
  connection.onHover(async ({ textDocument, position }, token): Promise<Hover | null> => {
    const document = documents.get(textDocument.uri);
    const file = fromWireUri(textDocument.uri);
    if (!document || file === undefined || !workspaces.isTrusted) return null;
    const place = findRoot(workspaces, file);
    if (!place || !(await configuration.settingsOf(place.uri)).hover.enabled) return null;
    const word = wordAt(document, position);
    if (!word) return null;
    const at = { name: word.text, path: place.path, offset: document.offsetAt(word.range.start) };
    const symbol = await orNull(
      workspaces.session(place.uri).then((session) => session.describeSymbol(at, toAbortSignal(token))),
    );
    if (!symbol) return null;
    const { explainLink, locale } = client();
    const target: ExplainSymbolArgs = { workspaceUri: place.uri, symbol: word.text, path: place.path };
    const args = encodeURIComponent(JSON.stringify([target]));
    const explain = `[${explainLink}](${linkAddress(`command:${explainSymbolCommand}?${args}`)})`;
    const building = buildingOf(workspaces, place.uri);
    const frame = { workspaceUri: place.uri, words: hoverWords(locale), building, explain };
    return { contents: { kind: MarkupKind.Markdown, value: toHoverText(symbol, frame) }, range: word.range };
  });
}

/** A hover that is no longer wanted is none. */
async function orNull<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work;
  } catch (error) {
    if (CancelledError.is(error)) return null;
    throw error;
  }
}

const buildingPhases: ReadonlySet<IndexPhase> = new Set(['waiting', 'paused', 'walking', 'indexing', 'symbols']);

function buildingOf(workspaces: Workspaces, uri: string): { readonly done: number; readonly total: number } | null {
  const { phase, filesDone, filesTotal } = workspaces.status(uri);
  return buildingPhases.has(phase) ? { done: filesDone, total: filesTotal } : null;
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
