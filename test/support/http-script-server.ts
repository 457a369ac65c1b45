/** A model host on this machine whose answers are up to each test, and which remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}
export type Answer = (response: ServerResponse, request: ScriptedRequest) => void;

export interface ScriptServer {
  readonly url: URL;
  readonly requests: readonly ScriptedRequest[];
  /** Bodies of the chat calls so far. */
  readonly chats: readonly ScriptedRequest['body'][];
  close(): Promise<void>;
}

/** `chatPath`: where its protocol takes chat calls. */
export async function startScriptServer(chatPath: string, answer: Answer): Promise<ScriptServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const asked = { path: request.url ?? '', headers: request.headers, body };
      requests.push(asked);
      answer(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    get chats() {
      return requests.filter(({ path }) => path === chatPath).map(({ body }) => body);
    },
    close,
  };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? {} : JSON.parse(text);
}
