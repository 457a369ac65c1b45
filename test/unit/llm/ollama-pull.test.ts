/** Fetching a model with Ollama: progress over all layers, and what can go wrong in one sentence each. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { pullOllamaModel, type PullProgress } from '../../../server/src/llm/ollama-pull';
import { noAbort } from '../../support/chat-model-conformance';
import type { ScriptServer } from '../../support/http-script-server';
import { errorAnswer, startFaultServer } from '../../support/ollama-fault-server';

let server: ScriptServer | undefined;
afterEach(() => server?.close());

async function pull(answer: (response: ServerResponse) => void, signal = noAbort) {
  server = await startFaultServer({ pull: answer });
  const seen: PullProgress[] = [];
  const options = { signal, onProgress: (part: PullProgress): unknown => seen.push(part), silentMs: 300 };
  const outcome = await pullOllamaModel('tiny', { url: server.url, allowRemoteHosts: false }, options).then(
    () => 'done',
    (error: unknown) => (ModelError.is(error) ? `${error.reason}: ${error.message}` : String(error)),
  );
  return { outcome, seen };
}
const lines = (...parts: readonly unknown[]): string => parts.map((item) => `${JSON.stringify(item)}\n`).join('');
const layer = (digest: string, completed: number): unknown => ({
  status: `pulling ${digest}`,
  digest,
  total: 100,
  completed,
});

describe('fetching a model with Ollama', () => {
  it('tells the bytes of all layers so far, and ends when the server says so', async () => {
    const answer = (response: ServerResponse): unknown =>
      response.end(
        lines({ status: 'pulling manifest' }, layer('a', 40), layer('b', 10), layer('a', 100), { status: 'success' }),
      );
    const { outcome, seen } = await pull(answer);
    expect(outcome).toBe('done');
    expect(seen.map(({ step, doneBytes, totalBytes }) => `${step} ${doneBytes}/${totalBytes}`)).toEqual([
      'pulling manifest 0/0',
      'pulling a 40/100',
      'pulling b 50/200',
      'pulling a 110/200',
      'success 110/200',
    ]);
    expect(server?.requests[0]?.body).toMatchObject({ name: 'tiny', stream: true });
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      'a name that the library does not have',
      (response) => response.end(lines({ error: 'pull model manifest: file does not exist' })),
      /^notFound: Ollama's library has no model tiny; /,
    ],
    [
      'no network',
      errorAnswer(500, 'Get "https://registry": dial tcp: lookup registry: no such host'),
      /^unreachable: Ollama cannot reach its library to fetch tiny; check its network\.$/,
    ],
    [
      'a full disk',
      (response) => response.end(lines(layer('a', 40), { error: 'write /models/a: no space left on device' })),
      /^other: The disk of Ollama is full: tiny was not fetched; make room and try again\.$/,
    ],
    [
      'an end too soon',
      (response) => response.end(lines(layer('a', 40))),
      /^badReply: .*broke off while it fetched tiny/,
    ],
    [
      'silence',
      (response) => response.write(lines(layer('a', 40))),
      /^stalled: Ollama fetched nothing of tiny for a while/,
    ],
  ])('is one sentence for %s', async (_, answer, expected) => {
    expect((await pull(answer)).outcome).toMatch(expected);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.timeout(50);
    expect((await pull((response) => response.write(lines(layer('a', 40))), signal)).outcome).toMatch(/Cancelled/);
  });
});
