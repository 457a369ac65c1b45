/**
 * Whether the words that the shown trace cites still stand where they stood: asked when the trace opens, and again a little
 * after one of its files changes, on the screen or on the disk. One request a folder, bounded in slices.
 */
import * as vscode from 'vscode';
import { LocateRequest, maxLocatedSlices } from '../../../protocol/sources';
import type { CitedPlace } from '../../../protocol/webview-messages';
import { openFolders } from '../choose-folder';
import type { CitedWords } from '../cited-text';
import type { ServerConnection } from '../server-connection';
import { locateSource, type SourceScope } from '../source-path';

/** The server takes what is typed a moment after the last key, so it is asked later than that. */
const settleMs = 800;

/** The slices of one folder, with the path that the trace tells. */
interface FolderSlices {
  readonly workspaceUri: string;
  readonly slices: (CitedWords & { readonly told: string })[];
}

export class CitationWatch implements vscode.Disposable {
  /** Those whose words stand on another line now, or nowhere. */
  places: readonly CitedPlace[] = [];
  private folders: readonly FolderSlices[] = [];
  private files: ReadonlySet<string> = new Set();
  private listeners: readonly vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Counts what is watched and asked, so that a late answer is known as such. */
  private round = 0;

  constructor(
    private readonly server: ServerConnection,
    private readonly onPlaces: (places: readonly CitedPlace[]) => void,
  ) {}

  /** From now on these, in place of what was watched before. */
  watch(scope: SourceScope, slices: readonly CitedWords[]): void {
    this.stop();
    this.folders = byFolder(scope, slices.slice(0, maxLocatedSlices));
    const urisOf = ({ workspaceUri, slices: own }: FolderSlices): readonly string[] =>
      own.map(({ path }) => vscode.Uri.joinPath(vscode.Uri.parse(workspaceUri), path).toString());
    this.files = new Set(this.folders.flatMap(urisOf));
    if (this.files.size === 0) return;
    this.listen();
    void this.check();
  }

  stop(): void {
    this.round += 1;
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
    this.listeners = [];
    this.folders = [];
    this.places = [];
  }

  dispose(): void {
    this.stop();
  }

  private listen(): void {
    const changed = (uri: vscode.Uri): void => {
      if (!this.files.has(uri.toString())) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.check(), settleMs);
    };
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    this.listeners = [
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document.uri)),
      // What was typed and not saved is gone.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => changed(uri)),
    ];
  }

  /** A server that does not answer leaves what is known. */
  private async check(): Promise<void> {
    this.round += 1;
    const { round } = this;
    try {
      const client = await this.server.ready();
      const lists = this.folders.map(async ({ workspaceUri, slices }): Promise<readonly CitedPlace[]> => {
        const params = {
          workspaceUri,
          slices: slices.map(({ path, start, end, text }) => ({ path, start, end, text })),
        };
        const anchors = await client.sendRequest(LocateRequest, params);
        return anchors.flatMap((anchor, idx) => {
          const slice = slices[idx];
          const line = anchor.kind === 'stale' ? null : anchor.startLine;
          if (!slice || line === slice.startLine) return [];
          return [{ path: slice.told, start: slice.start, end: slice.end, line }];
        });
      });
      const places = (await Promise.all(lists)).flat();
      if (round !== this.round) return;
      this.places = places;
      this.onPlaces(places);
    } catch {
      return;
    }
  }
}

/** What lies in no open folder cannot be looked at, and is left out. */
function byFolder(scope: SourceScope, slices: readonly CitedWords[]): readonly FolderSlices[] {
  const open = openFolders().map(({ uri }) => ({ uri: uri.toString(), fsPath: uri.fsPath }));
  const folders = new Map<string, FolderSlices>();
  for (const slice of slices) {
    const found = locateSource(scope, slice.path, open);
    if (!found) continue;
    const workspaceUri = found.folder.uri;
    const own = folders.get(workspaceUri) ?? { workspaceUri, slices: [] };
    folders.set(workspaceUri, own);
    own.slices.push({ ...slice, path: found.inside, told: slice.path });
  }
  return [...folders.values()];
}
