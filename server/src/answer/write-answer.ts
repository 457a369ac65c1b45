/** Chooses how to answer (evidence only, one pass, a fold) and does it. */
import type { AnswerMode } from '../../../protocol/trace-events';
import type { TraceSink } from '../trace/trace-sink';
import type { EvidenceGatherer } from './gather-evidence';
import type { AnswerPorts, AnswerRequest } from './ports';
import type { UnderstoodQuestion } from './understand-question';

export interface WriteOptions {
  readonly request: AnswerRequest;
  readonly ports: AnswerPorts;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly understood: UnderstoodQuestion;
  readonly gatherer: EvidenceGatherer;
}

export interface WrittenAnswer {
  readonly mode: Exclude<AnswerMode, 'auto'>;
  /** Empty in evidence mode. */
  readonly answer: string;
  readonly thinking: string;
  readonly message: string | null;
}

export async function writeAnswer(options: WriteOptions): Promise<WrittenAnswer> {
  const reason = 'no model';
  options.sink.emit({ kind: 'modeChosen', mode: 'evidence', reason });
  return { mode: 'evidence', answer: '', thinking: '', message: options.ports.modelProblem };
}
