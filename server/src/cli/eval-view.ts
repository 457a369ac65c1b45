/** What the commands of `longfold eval` share: options, progress, how to go on after a stop, and the table for people. */
import { resolve } from 'node:path';
import { EvidenceError } from '../eval/evidence-error';
import type { EvaluationProgress, EvaluationRequest } from '../eval/run-evaluation';
import { CancelledError } from '../util/cancelled';
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { printable } from './terminal';

export interface EvalFlags {
  readonly data: string;
  readonly sets: readonly string[];
  readonly sample?: number;
  readonly seed: number;
  readonly resume?: string;
  readonly json?: boolean;
}

export interface Evaluation<Row> {
  readonly measure: (request: EvaluationRequest) => Promise<readonly Row[]>;
  /** Names of the columns; the first `labels` are text, the others numbers. */
  readonly head: readonly string[];
  readonly labels: number;
  readonly toCells: (row: Row) => readonly string[];
}

/** Measures, and prints one JSON document or an aligned Markdown table. */
export async function runEvaluationCommand<Row>(
  context: CommandContext,
  flags: EvalFlags,
  evaluation: Evaluation<Row>,
): Promise<ExitCode> {
  const { terminal } = context;
  let done = 0;
  const onProgress = (progress: EvaluationProgress): void => {
    done = progress.recordsDone;
    terminal.progress(describeProgress(progress));
  };
  try {
    terminal.progress('Reading the records …');
    const rows = await evaluation.measure(toRequest(context, flags, onProgress));
    terminal.clearProgress();
    if (flags.json) terminal.out(JSON.stringify({ rows }, null, 2));
    else for (const line of renderTable(evaluation, rows)) terminal.out(line);
    return exitCodes.ok;
  } catch (error) {
    if (EvidenceError.is(error, 'unknownSet')) throw new UsageError(error.message);
    if (!CancelledError.is(error)) throw error;
    const howToGoOn =
      flags.resume === undefined
        ? 'nothing of it is kept; with --resume FILE the next run can go on from where it stops.'
        : `run the same command again to go on from ${flags.resume}.`;
    terminal.note(`Stopped after ${done} records: ${howToGoOn}`);
    return exitCodes.cancelled;
  }
}

/** A share as a percentage; a dash where there was nothing to measure. */
export function percent(share: number | null): string {
  return share === null ? '-' : (100 * share).toFixed(1);
}

function toRequest(
  { workingFolder, signal }: CommandContext,
  { data, sets, sample, seed, resume }: EvalFlags,
  onProgress: (progress: EvaluationProgress) => void,
): EvaluationRequest {
  return {
    folder: resolve(workingFolder, data),
    sets,
    ...(sample === undefined ? {} : { sample }),
    seed,
    ...(resume === undefined ? {} : { resumeFile: resolve(workingFolder, resume) }),
    signal,
    onProgress,
  };
}

function describeProgress({ set, recordsDone, recordsTotal, secondsLeft }: EvaluationProgress): string {
  const left = secondsLeft === null ? '' : `, ${describeTime(secondsLeft)} left`;
  return `${recordsDone} of ${recordsTotal} records${left} (${printable(set)})`;
}

function describeTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.round(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}

function renderTable<Row>({ head, labels, toCells }: Evaluation<Row>, rows: readonly Row[]): readonly string[] {
  const cells = rows.map(toCells);
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const renderCell = (cell: string, column: number): string =>
    column < labels ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const renderRow = (row: readonly string[]): string => `| ${row.map(renderCell).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < labels ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [renderRow(head), `| ${rule.join(' | ')} |`, ...cells.map(renderRow)];
}
