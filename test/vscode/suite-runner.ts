/**
 * A small test runner for the extension host: `test(name, fn)` registers, `runTests()` runs them in order and prints
 * TAP-like lines and one JSON summary, which the process that started VS Code reads from the console.
 */

export interface TestContext {
  /** Runs when the test has ended, last registered first, also after a failure. */
  readonly defer: (cleanUp: () => unknown) => void;
}

export interface TestOptions {
  /** Default: one minute. */
  readonly timeoutMs?: number;
}

interface Test {
  readonly name: string;
  readonly run: (ctx: TestContext) => unknown;
  readonly timeoutMs: number;
}

/** The line that ends a run starts with this; the rest is `{ passed, failed }` as JSON. */
export const summaryPrefix = 'longfold-suite ';

const tests: Test[] = [];

export function test(name: string, run: Test['run'], options: TestOptions = {}): void {
  tests.push({ name, run, timeoutMs: options.timeoutMs ?? 60_000 });
}

/** Throws after the summary if a test failed, so that VS Code ends with a non-zero exit code. */
export async function runTests(): Promise<void> {
  let failed = 0;
  for (const one of tests) {
    const started = Date.now();
    const problem = await runOne(one);
    const line = `${one.name} (${Date.now() - started} ms)`;
    if (problem === undefined) {
      print(`ok ${line}`);
    } else {
      failed += 1;
      print(`not ok ${line}\n${problem}`);
    }
  }
  // A suite with no test proves nothing: count it as a failure.
  if (tests.length === 0) failed = 1;
  print(summaryPrefix + JSON.stringify({ passed: tests.length === 0 ? 0 : tests.length - failed, failed }));
  if (failed > 0) throw new Error(`${failed} of ${tests.length} tests failed`);
}

/** Asks until the answer is not `undefined`: VS Code tells of many changes only by being asked again. */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function runOne(one: Test): Promise<string | undefined> {
  const cleanUps: (() => unknown)[] = [];
  const problems: string[] = [];
  const note = (err: unknown): void => {
    problems.push(err instanceof Error ? (err.stack ?? err.message) : String(err));
  };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${one.timeoutMs} ms`)), one.timeoutMs);
  });
  const running = (async () => one.run({ defer: (cleanUp) => cleanUps.unshift(cleanUp) }))();
  await Promise.race([running, timeout]).catch(note);
  clearTimeout(timer);
  for (const cleanUp of cleanUps) await (async () => cleanUp())().catch(note);
  return problems.length === 0 ? undefined : problems.join('\n');
}

function print(line: string): void {
  console.log(line);
}
