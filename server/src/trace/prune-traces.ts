/** Deletes the oldest traces of a folder beyond the number to keep. Other files are left alone. */
import type { FileSystem } from '../platform/ports';

export const traceFileSuffix = '.jsonl';

/** Returns the names deleted. A file that cannot be deleted (open elsewhere, gone already) is left for next time. */
export async function pruneTraces(
  fileSystem: Pick<FileSystem, 'listFolder' | 'stat' | 'remove'>,
  folder: string,
  keep: number,
): Promise<readonly string[]> {
  const entries = await fileSystem.listFolder(folder);
  const traces: { name: string; modifiedMs: number }[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'file' || !entry.name.endsWith(traceFileSuffix)) continue;
    const stat = await fileSystem.stat(`${folder}/${entry.name}`).catch(() => null);
    if (stat !== null) traces.push({ name: entry.name, modifiedMs: stat.modifiedMs });
  }
  const newestFirst = traces.toSorted((a, b) => b.modifiedMs - a.modifiedMs || b.name.localeCompare(a.name));
  const removed: string[] = [];
  for (const { name } of newestFirst.slice(keep)) {
    await fileSystem.remove(`${folder}/${name}`).then(
      () => removed.push(name),
      () => undefined,
    );
  }
  return removed;
}
