/** `longfold eval evidence`: measures on labelled records how much evidence the critic keeps, beside other rankings. */
import { resolve } from 'node:path';
import { EvidenceError } from '../eval/evidence-error';
import type { EvidenceProgress, EvidenceRow } from '../eval/measure-evidence';
import type { EvidenceMethod } from '../eval/score-units';
import { CancelledError } from '../util/cancelled';
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { printable } from './terminal';

export interface EvalEvidenceFlags {
  readonly data: string;
  readonly sets: readonly string[];
  readonly keep: readonly number[];
  readonly method: readonly EvidenceMethod[];
  readonly sample?: number;
  readonly seed: number;
  readonly resume?: string;
  readonly alternatives?: boolean;
  readonly json?: boolean;
}

export async function runEvalEvidence(context: CommandContext, flags: EvalEvidenceFlags): Promise<ExitCode> {
  const { terminal } = context;
  let done = 0;
  const onProgress = (progress: EvidenceProgress): void => {
    done = progress.recordsDone;
    terminal.progress(describeProgress(progress));
  };
  try {
    terminal.progress('Reading the records …');
    const rows = await measure(context, flags, onProgress);
    terminal.clearProgress();
    if (flags.json) terminal.out(JSON.stringify({ rows }, null, 2));
    else for (const line of renderTable(rows)) terminal.out(line);
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

function measure(
  { application, workingFolder, signal }: CommandContext,
  flags: EvalEvidenceFlags,
  onProgress: (progress: EvidenceProgress) => void,
): Promise<readonly EvidenceRow[]> {
  const { sample, resume } = flags;
  return application().measureEvidence({
    folder: resolve(workingFolder, flags.data),
    sets: flags.sets,
    methods: flags.method,
    keeps: flags.keep,
    ...(sample === undefined ? {} : { sample }),
    seed: flags.seed,
    alternatives: flags.alternatives === true,
    ...(resume === undefined ? {} : { resumeFile: resolve(workingFolder, resume) }),
    signal,
    onProgress,
  });
}

function describeProgress({ set, recordsDone, recordsTotal, secondsLeft }: EvidenceProgress): string {
  const left = secondsLeft === null ? '' : `, ${describeTime(secondsLeft)} left`;
  return `${recordsDone} of ${recordsTotal} records${left} (${printable(set)})`;
}

function describeTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.round(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}

/** Percent, as aligned columns of a Markdown table. */
function renderTable(rows: readonly EvidenceRow[]): readonly string[] {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const head = ['set', 'method', 'keep', 'records', 'recall', 'all gold', '95% interval', 'kept'];
  const cells = rows.map((row) => [
    printable(row.set),
    row.method,
    String(row.keep),
    String(row.n),
    percent(row.recall),
    percent(row.allGold),
    `${percent(row.low)} to ${percent(row.high)}`,
    percent(row.kept),
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const renderRow = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [renderRow(head), `| ${rule.join(' | ')} |`, ...cells.map(renderRow)];
}
