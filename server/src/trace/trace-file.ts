/**
 * Reads a trace file: JSON Lines, the first event says the version. A last line that was cut (a killed process, a
 * full disk) is left out and reported; anything else that is not a trace is one sentence.
 */
import { traceFormatVersion, type TraceEvent } from '../../../protocol/trace-events';
import { yieldToLoop } from '../util/cancelled';

export type TraceParse =
  | { readonly kind: 'trace'; readonly events: readonly TraceEvent[]; readonly problems: readonly string[] }
  | { readonly kind: 'bad'; readonly message: string };

/** Every kind there is: the compiler asks for one that is missing. */
const eventKinds: Readonly<Record<TraceEvent['kind'], true>> = {
  questionAsked: true,
  retrievalFinished: true,
  evidenceRanked: true,
  compressionFinished: true,
  evidenceSelected: true,
  modeChosen: true,
  modelReplied: true,
  subQuestionsPlanned: true,
  foldStarted: true,
  foldChunksPlanned: true,
  foldStepFinished: true,
  foldEdited: true,
  foldFinished: true,
  evidenceAdded: true,
  runContinued: true,
  runSteered: true,
  numberComputed: true,
  answerDelta: true,
  answerWritten: true,
  verificationFinished: true,
  stepFailed: true,
  questionFinished: true,
};

/** Lines between two turns of other work on the loop; one line may hold a prompt of 100,000 characters. */
const linesEachTurn = 64;

/** `name` is how messages call the file. */
export function parseTrace(text: string, name: string): TraceParse {
  const parsing = parseLines(text, name);
  for (;;) {
    const step = parsing.next();
    if (step.done === true) return step.value;
  }
}

/** The same for long traces, without keeping the loop. */
export async function parseTraceInTurns(text: string, name: string): Promise<TraceParse> {
  const parsing = parseLines(text, name);
  for (;;) {
    const step = parsing.next();
    if (step.done === true) return step.value;
    await yieldToLoop();
  }
}

function* parseLines(text: string, name: string): Generator<undefined, TraceParse> {
  const events: TraceEvent[] = [];
  const problems: string[] = [];
  const lines = text.split('\n');
  for (const [idx, line] of lines.entries()) {
    if (line.trim() === '') continue;
    if (idx % linesEachTurn === linesEachTurn - 1) yield undefined;
    const event = parseEvent(line);
    if (event === 'unknownKind')
      problems.push(`Line ${idx + 1} of ${name} is of a kind that this version does not know; it is left out.`);
    else if (event !== null) events.push(event);
    else if (idx === lines.length - 1 && events.length > 0) {
      // Every whole line ends with a line break, so only an unfinished write leaves text behind the last one.
      problems.push(`The last line of ${name} is cut; the trace ends before it.`);
    } else return bad(`${name} is not a Longfold trace: line ${idx + 1} is not a trace event.`);
  }
  const first = events[0];
  if (first === undefined) return bad(`${name} is empty: it holds no trace.`);
  if (first.kind !== 'questionAsked') return bad(`${name} is not a Longfold trace: it does not begin with a question.`);
  if (first.version > traceFormatVersion) {
    return bad(`${name} was written by a newer Longfold (trace version ${first.version}); update Longfold to open it.`);
  }
  return { kind: 'trace', events, problems };
}

function bad(message: string): TraceParse {
  return { kind: 'bad', message };
}

function parseEvent(line: string): TraceEvent | 'unknownKind' | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!hasEventShape(value)) return null;
  return isTraceEvent(value) ? value : 'unknownKind';
}

interface EventShape {
  readonly kind: string;
  readonly seq: number;
  readonly atMs: number;
}

function hasEventShape(value: unknown): value is EventShape {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, seq, atMs }: { kind?: unknown; seq?: unknown; atMs?: unknown } = value;
  return typeof kind === 'string' && typeof seq === 'number' && typeof atMs === 'number';
}

/** The kind stands for the shape: the files are our own, versioned, and the readers tolerate absent data. */
function isTraceEvent(value: EventShape): value is TraceEvent {
  if (!Object.hasOwn(eventKinds, value.kind)) return false;
  return value.kind !== 'questionAsked' || ('version' in value && typeof value.version === 'number');
}
