/** What a list shows of a trace, out of the first and the last line of its file: traces of long readings are large. */
import type { TraceEvent } from '../../../protocol/trace-events';
import type { TraceSummary } from '../../../protocol/traces';
import { parseTrace } from './trace-file';

/** A last event is far shorter: it holds the outcome and a few figures. */
const tailBytes = 65_536;
const foldMark = '"kind":"foldStarted"';

/** Null where the file is no trace. */
export function summariseTrace(bytes: Uint8Array): Omit<TraceSummary, 'id'> | null {
  const firstEnd = bytes.indexOf(10);
  const first = parseTrace(decode(bytes.subarray(0, firstEnd < 0 ? bytes.length : firstEnd)), 'trace');
  const asked = first.kind === 'trace' ? first.events[0] : undefined;
  if (asked?.kind !== 'questionAsked') return null;
  const tail = decode(bytes.subarray(Math.max(0, bytes.length - tailBytes))).trimEnd();
  const finished = readFinish(tail.slice(tail.lastIndexOf('\n') + 1));
  const hasFold = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(foldMark);
  return {
    question: asked.question,
    startedAt: asked.startedAt,
    outcome: finished?.outcome ?? 'interrupted',
    canContinue: finished?.outcome !== 'answered' && asked.version >= 2 && hasFold,
  };
}

function readFinish(line: string): Extract<TraceEvent, { kind: 'questionFinished' }> | null {
  if (!line.includes('"questionFinished"')) return null;
  try {
    const event = JSON.parse(line) as TraceEvent;
    return event.kind === 'questionFinished' ? event : null;
  } catch {
    return null;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
