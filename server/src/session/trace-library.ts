/** The traces kept of one workspace: a folder of JSON Lines files, named by the time of their question. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TraceEvent } from '../../../protocol/trace-events';
import type { TraceSummary } from '../../../protocol/traces';
import { FileError, type Clock, type FileSystem } from '../platform/ports';
import { pruneTraces, traceFileSuffix } from '../trace/prune-traces';
import { parseTrace } from '../trace/trace-file';

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
      const events = await this.read(id).catch(() => []);
      const first = events[0];
      const last = events.at(-1);
      if (first?.kind !== 'questionAsked') continue;
      const outcome = last?.kind === 'questionFinished' ? last.outcome : 'interrupted';
      summaries.push({ id, question: first.question, startedAt: first.startedAt, outcome });
    }
    return summaries;
  }

  /** `id` comes from the wire: anything but a plain name is refused. */
  async read(id: string): Promise<readonly TraceEvent[]> {
    if (!/^[\w-]+$/.test(id)) throw new Error('This is not the name of a trace.');
    return readTraceFile(this.fileSystem, join(this.folder, `${id}${traceFileSuffix}`));
  }
}

/** @throws FileError or Error with one sentence. */
export async function readTraceFile(fileSystem: FileSystem, path: string): Promise<readonly TraceEvent[]> {
  const bytes = await fileSystem.readBytes(path);
  const parsed = parseTrace(new TextDecoder().decode(bytes), path);
  if (parsed.kind === 'bad') throw new FileError('other', path, parsed.message);
  return parsed.events;
}
