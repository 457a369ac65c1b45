/** What every command gets: the application (opened only when used), the terminal, the settings, and Ctrl-C as a signal. */
import type { Settings } from '../../../protocol/settings';
import type { Application } from '../application';
import type { Keyboard } from '../platform/keyboard';
import type { Terminal } from './terminal';

export interface CommandContext {
  readonly application: () => Application;
  readonly terminal: Terminal;
  /** Null where nobody sits before it: the input or the progress is no terminal. */
  readonly keyboard: Keyboard | null;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly workingFolder: string;
}
