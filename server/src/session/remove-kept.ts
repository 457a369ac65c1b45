/**
 * Deletes what is kept of a folder. The trace of a question about several folders lies with one of them and holds text of them
 * all: it goes with whichever of them is forgotten first.
 */
import { dirname, join } from 'node:path';
import type { FileSystem } from '../platform/ports';
import { parseTrace } from '../trace/trace-file';
import { traceFileSuffix } from '../trace/prune-traces';

export const tracesFolderName = 'traces';

/** `kept` is the folder of what is kept of `realRoot`, beside those of other folders; links of `realRoot` are resolved. */
export async function removeKept(fileSystem: FileSystem, kept: string, realRoot: string): Promise<void> {
  await removeJoinedTraces(fileSystem, dirname(kept), realRoot);
  await fileSystem.remove(kept);
}

async function removeJoinedTraces(fileSystem: FileSystem, workspacesFolder: string, realRoot: string): Promise<void> {
  const names = async (folder: string): Promise<readonly string[]> =>
    (await fileSystem.listFolder(folder).catch(() => [])).map(({ name }) => name);
  for (const workspace of await names(workspacesFolder)) {
    const traces = join(workspacesFolder, workspace, tracesFolderName);
    for (const name of await names(traces)) {
      const file = join(traces, name);
      if (name.endsWith(traceFileSuffix) && (await isAbout(fileSystem, file, realRoot))) await fileSystem.remove(file);
    }
  }
}

async function isAbout(fileSystem: FileSystem, file: string, realRoot: string): Promise<boolean> {
  // A trace that was deleted meanwhile is about nothing.
  const text = await fileSystem.readBytes(file).then(firstLine, () => '');
  const parsed = parseTrace(text, file);
  const asked = parsed.kind === 'trace' ? parsed.events[0] : undefined;
  for (const { path } of asked?.kind === 'questionAsked' ? (asked.roots ?? []) : []) {
    if ((await fileSystem.realPath(path).catch(() => path)) === realRoot) return true;
  }
  return false;
}

/** With its line break: a line without one is a cut line. */
function firstLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0x0a) + 1));
}
