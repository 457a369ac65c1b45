/** Keys that steer a long reading of the command line, pressed in a real terminal, which is given back every time. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ScriptServer } from '../support/http-script-server';
import { startReaderServer } from '../support/reader-server';
import { temporaryHome } from '../support/server-process';
import { runInTerminal, type TerminalProcess } from '../support/terminal-process';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const question = 'Where are the boats of the keepers of Kato moored?';
const hint = 'Keys: p pauses, a has the answer now, Ctrl-C stops.';
const home = temporaryHome();
const folder = join(home, 'logs');
mkdirSync(folder);
const filler = 'Rain fell on the slate roofs for most of the afternoon. '.repeat(30);
for (const name of ['1', '2', '3', '4', '5']) {
  writeFileSync(join(folder, `${name}.txt`), `${filler}\n\nThe keeper of Kato is Ven${name}.\n\n${filler}\n`);
}

/** How many replies of the model may go out; the others wait. The first call of a run times the host. */
let allowed = 1;
let model: ScriptServer;
let terminal: TerminalProcess | undefined;
beforeEach(async () => {
  allowed = 1;
  const beforeReply = async (call: number): Promise<void> => {
    while (call > allowed) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  model = await startReaderServer({ windowTokens: 2048, beforeReply });
});
afterEach(async () => {
  allowed = Infinity;
  terminal?.kill();
  await model.close();
});

const ask = (...flags: readonly string[]): string =>
  [process.execPath, cli, 'ask', `"${question}"`, '--workspace', folder, '--mode', 'everything', ...flags].join(' ');

/** What the shell says of its terminal at the end: the program has it no longer. */
const after = 'echo "code $?"; stty -a; echo done';

function start(line: string): TerminalProcess {
  const env = { LONGFOLD_HOME: home, LONGFOLD_OPENAI_URL: model.url.href, LONGFOLD_MODEL: 'openai:m', NO_COLOR: '1' };
  terminal = runInTerminal(`stty cols 200; ${line}`, env);
  return terminal;
}

function shows(shell: TerminalProcess, text: string | RegExp): Promise<void> {
  return expect.poll(() => shell.output(), { timeout: 20_000, interval: 20 }).toMatch(text);
}

async function expectGivenBack(shell: TerminalProcess, code: number): Promise<void> {
  await shell.ended;
  expect(shell.output()).toContain(`code ${code}\r\n`);
  for (const mode of ['icanon', 'isig', 'echo']) expect(shell.output()).toMatch(new RegExp(`[^-]\\b${mode}\\b`));
}

describe.skipIf(process.platform === 'win32')('a long reading in a terminal', () => {
  test('is paused and goes on with p, and is answered at once with a', async () => {
    const shell = start(`${ask()}; ${after}`);
    await shows(shell, hint);
    // An arrow is no letter.
    shell.press('\u001b[A');
    shell.press('p');
    await shows(shell, 'Paused after this step; p goes on.');
    allowed = 2;
    await shows(shell, 'Step 1 of');
    const calls = model.chats.length;
    allowed = 10;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([calls, model.chats.length]).toEqual([2, 2]);
    allowed = 3;
    shell.press('p');
    await shows(shell, 'It goes on.');
    await shows(shell, 'Step 2 of');
    shell.press('a');
    await shows(shell, 'The answer comes now, from what is known so far.');
    allowed = Infinity;
    await expectGivenBack(shell, 0);
    expect(shell.output()).toMatch(/The answer was asked for after 4 of 20 chunks; it knows nothing of the rest\./);
  });

  test('is stopped by Ctrl-C with what is known, and killed by the second', async () => {
    const first = start(`trap : INT; ${ask()}; ${after}`);
    await shows(first, hint);
    allowed = 2;
    await shows(first, 'Step 1 of');
    first.press('\u0003');
    await expectGivenBack(first, 130);
    expect(first.output()).toContain('The keeper of Kato is Ven1.');
    allowed = model.chats.length + 1;
    const second = start(`trap : INT; ${ask()}; ${after}`);
    await shows(second, hint);
    second.press('\u0003\u0003');
    await expectGivenBack(second, 130);
  });

  test('runs in the background without touching the keyboard, and takes it when it is brought to the front', async () => {
    const shell = start(`set -m; ${ask()} & sleep 3; jobs; echo to the front; fg; ${after}`);
    await shows(shell, hint);
    const [before = ''] = shell.output().split('to the front');
    expect(before).toMatch(/To read: [^]*Running/);
    expect(before).not.toContain(hint);
    shell.press('\u001a');
    await shows(shell, /code 14\d/);
    await expectGivenBack(shell, 148);
  });

  test('with --json says and takes nothing', async () => {
    const shell = start(`${ask('--json')}; ${after}`);
    allowed = 3;
    await shows(shell, 'Step 2 of');
    shell.press('a');
    allowed = Infinity;
    await expectGivenBack(shell, 0);
    expect(shell.output()).not.toMatch(/Keys: |The answer comes now/);
    expect(shell.output()).toContain('"mode": "everything"');
  });
});
