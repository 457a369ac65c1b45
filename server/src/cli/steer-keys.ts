/**
 * Keys that steer a long reading in a terminal: `p` pauses it between two steps and lets it go on, `a` has the answer now,
 * from the memory so far; Ctrl-C stops the question as ever. They count only while a fold reads.
 */
import type { TraceEvent } from '../../../protocol/trace-events';
import { RunControl } from '../fold/run-control';
import type { CommandContext } from './command-context';
import { dim } from './terminal';

export interface SteeredRun {
  readonly control: RunControl;
  /** Takes the keyboard when a fold begins to read, and gives it back when it has read. */
  readonly follow: (event: TraceEvent) => void;
  readonly close: () => void;
}

export function createSteerKeys({ terminal, keyboard }: Pick<CommandContext, 'terminal' | 'keyboard'>): SteeredRun {
  const control = new RunControl();
  let release: (() => void) | null = null;
  let isPaused = false;
  let parts = 1;
  const note = (text: string): void => terminal.note(dim(terminal, text));
  const onKey = (key: string): void => {
    if (control.answerNow.aborted) return;
    if (key.toLowerCase() === 'p') {
      isPaused = !isPaused;
      note(isPaused ? 'Paused after this step; p goes on.' : 'It goes on.');
      control.steer(isPaused ? 'pause' : 'resume');
    } else if (key.toLowerCase() === 'a') {
      note('The answer comes now, from what is known so far.');
      control.steer('answerNow');
    }
  };
  const open = (): void => {
    const onOpen = (): void => note('Keys: p pauses, a has the answer now, Ctrl-C stops.');
    release ??= keyboard?.listen({ onOpen, onKey }) ?? null;
  };
  const close = (): void => {
    release?.();
    release = null;
  };
  return {
    control,
    close,
    follow: (event) => {
      if (event.kind === 'foldStarted') {
        parts = event.parts;
        open();
      } else if (event.kind === 'foldFinished' && (event.part + 1 >= parts || event.reason === 'answerNow')) close();
    },
  };
}
