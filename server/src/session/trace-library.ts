/** The traces kept of one workspace: a folder of JSON Lines files, named by the time of their question. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TraceEvent } from '../../../protocol/trace-events';
import type { TraceSummary } from '../../../protocol/traces';
import { FileError, type Clock, type FileSystem } from '../platform/ports';
import { pruneTraces, traceFileSuffix } from '../trace/prune-traces';
import { parseTraceInTurns } from '../trace/trace-file';
import { summariseTrace } from '../trace/trace-summary';

export class TraceLibrary {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly clock: Clock,
    private readonly folder: string,
  ) {}

  /** A new name: sorts by time, and two questions of the same millisecond do not meet. */
  nextFile(): string {
    const stamp = new Date(this.clock.wallMs()).toISOString().replace(/[:.]/g, '-');
    return join(this.folder, `${stamp}-${randomBytes(3).toString('hex')}${traceFileSuffix}`);
  }

  async prune(keep: number): Promise<void> {
    await pruneTraces(this.fileSystem, this.folder, keep).catch(() => undefined);
  }

  /** Newest first; a file that is no trace is left out. */
  async list(): Promise<readonly TraceSummary[]> {
    const entries = await this.fileSystem.listFolder(this.folder).catch(() => []);
    const names = entries.map((entry) => entry.name).filter((name) => name.endsWith(traceFileSuffix));
    const summaries: TraceSummary[] = [];
    for (const name of names.sort().reverse()) {
      const id = name.slice(0, -traceFileSuffix.length);
      const bytes = await this.fileSystem.readBytes(join(this.folder, name)).catch(() => null);
      const summary = bytes === null ? null : summariseTrace(bytes);
      if (summary !== null) summaries.push({ id, ...summary });
    }
    return summaries;
  }

  /** `id` comes from the wire: anything but a plain name is refused. */
  async read(id: string): Promise<readonly TraceEvent[]> {
    return readTraceFile(this.fileSystem, this.fileOf(id));
  }

  /** A trace that is not of this folder stays where it is. */
  async remove(id: string): Promise<void> {
    if (/^[\w-]+$/.test(id)) await this.fileSystem.remove(this.fileOf(id)).catch(() => undefined);
  }

  private fileOf(id: string): string {
    if (!/^[\w-]+$/.test(id)) throw new Error('This is not the name of a trace.');
    return join(this.folder, `${id}${traceFileSuffix}`);
  }
}

/** @throws FileError or Error with one sentence. */
export async function readTraceFile(fileSystem: FileSystem, path: string): Promise<readonly TraceEvent[]> {
  const bytes = await fileSystem.readBytes(path);
  const parsed = await parseTraceInTurns(new TextDecoder().decode(bytes), path);
  if (parsed.kind === 'bad') throw new FileError('other', path, parsed.message);
  return parsed.events;
}
