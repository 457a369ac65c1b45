/** What goes to standard output and what to standard error: a program that reads the output must get the result alone. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTerminal } from '../../../server/src/cli/terminal';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

function open(isTTY: boolean) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = [stdout, stderr].map((stream) => Object.assign(stream, { isTTY, columns: 20 }));
  const terminal = createTerminal(streams[0] as never, streams[1] as never, {});
  return { terminal, read: () => [stdout, stderr].map((stream) => String(stream.read() ?? '')) };
}

it('keeps progress and notes out of the output, and shows progress every few seconds', () => {
  const { terminal, read } = open(false);
  for (let second = 0; second < 10; second += 1) {
    terminal.progress(`Read ${second} files`);
    vi.advanceTimersByTime(1000);
  }
  terminal.note('A file was left out.');
  terminal.out('{"answer":""}');
  expect(read()).toEqual(['{"answer":""}\n', 'Read 4 files\nRead 8 files\nA file was left out.\n']);
});

it('does not say the same thing again', () => {
  const { terminal, read } = open(false);
  for (const text of ['Read 1', 'Writing', 'Writing', 'Writing', 'Read 2']) {
    vi.advanceTimersByTime(4000);
    terminal.progress(text);
  }
  expect(read()[1]).toBe('Read 1\nWriting\nRead 2\n');
});

it('rewrites one line on a terminal, cut to its width, and clears it before a result', () => {
  const { terminal, read } = open(true);
  terminal.progress('Read 12 of 40 passages, the best so far');
  terminal.out('Answer');
  const [out, err] = read();
  expect(out).toBe('Answer\n');
  expect(err).toMatch(/^\r\x1b\[KRead 12 of.{0,10}\r\x1b\[K$/);
});
