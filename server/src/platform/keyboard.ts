/**
 * Single keys of this process's terminal, without Enter, while somebody listens. The terminal is in raw mode for that time
 * (termios(3)), so what it does itself with Ctrl-C, Ctrl-Z and Ctrl-\ is done here. It is given back on every way out of the
 * process that runs code. A job in the background that touched the keyboard would be stopped by the system: it gets its keys
 * when it is brought to the front.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface KeyListener {
  /** Keys count from now on; again after the process was stopped and went on. */
  readonly onOpen: () => void;
  /** A key that is one character. */
  readonly onKey: (key: string) => void;
}

export interface Keyboard {
  /** Gives the function that gives the terminal back. */
  listen(listener: KeyListener): () => void;
}

/** What the terminal would have sent as a signal to all processes of the job. */
const signalOfKey: Readonly<Record<string, NodeJS.Signals>> = {
  '\u0003': 'SIGINT',
  '\u001a': 'SIGTSTP',
  '\u001c': 'SIGQUIT',
};

/** Arrows and function keys (ECMA-48, 5.4 and 5.5): an escape, and what follows is no key of its own. */
const controlSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/g;

/** `input` is a terminal. */
export function createKeyboard(input: NodeJS.ReadStream): Keyboard {
  return {
    listen: (listener) => {
      const listening = new Listening(input, listener);
      listening.take();
      return () => listening.end();
    },
  };
}

class Listening {
  constructor(
    private readonly input: NodeJS.ReadStream,
    private readonly listener: KeyListener,
  ) {
    process.on('exit', this.giveBack);
    process.on('SIGCONT', this.take);
    // The terminal may go away before the process does.
    input.on('error', this.giveBack);
  }

  readonly take = (): void => {
    if (!isInForeground()) return;
    const { input } = this;
    // A shell resets the terminal of a job that it stops, which nobody here hears of.
    input.setRawMode(false);
    input.setRawMode(true);
    input.off('data', this.receive);
    input.on('data', this.receive);
    input.resume();
    this.listener.onOpen();
  };

  readonly giveBack = (): void => {
    this.input.off('data', this.receive);
    this.input.pause();
    if (this.input.isRaw && isInForeground()) this.input.setRawMode(false);
  };

  end(): void {
    this.giveBack();
    process.off('exit', this.giveBack);
    process.off('SIGCONT', this.take);
    this.input.off('error', this.giveBack);
  }

  private readonly receive = (data: Buffer): void => {
    for (const key of data.toString('utf8').replace(controlSequences, '')) {
      const signal = signalOfKey[key];
      if (signal === undefined) this.listener.onKey(key);
      else this.pass(signal);
    }
  };

  private pass(signal: NodeJS.Signals): void {
    if (process.platform === 'win32') {
      if (signal === 'SIGINT') process.emit('SIGINT');
      return;
    }
    if (signal === 'SIGINT') return void process.kill(0, signal);
    this.giveBack();
    process.kill(0, signal);
    // Stopped here, if at all, until the job goes on.
    this.take();
  }
}

/** Whether the terminal's foreground process group is this process's own; where it cannot be told, no. */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    const [group, foreground] = process.platform === 'linux' ? groupsOfStat() : groupsOfPs();
    return group !== undefined && group === foreground;
  } catch {
    return false;
  }
}

/** proc(5): `pid (command) state ppid pgrp session tty tpgid …`; the command may hold anything. */
function groupsOfStat(): readonly (string | undefined)[] {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[2], fields[5]];
}

function groupsOfPs(): readonly (string | undefined)[] {
  const options = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
  return execFileSync('/bin/ps', options, { encoding: 'latin1', timeout: 2_000 }).trim().split(/\s+/);
}
