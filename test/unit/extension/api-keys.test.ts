/** Keys of model servers: one for each address, in the secret store only, and blotted out of the log of messages. */
import { expect, it } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { ApiKeys } from '../../../extension/src/models/api-keys';

function createStore() {
  const kept = new Map<string, string>();
  const secrets = {
    get: async (name: string) => kept.get(name),
    store: async (name: string, value: string) => void kept.set(name, value),
    delete: async (name: string) => void kept.delete(name),
  };
  return { kept, secrets };
}

it('gives the key of an address to that address alone, and forgets it when it is emptied', async () => {
  const { kept, secrets } = createStore();
  const keys = new ApiKeys(secrets);
  await keys.set('https://box:8000', 'sk-one');
  expect([await keys.get('https://box:8000'), await keys.get('https://box:8001')]).toEqual(['sk-one', null]);
  await keys.set('https://box:8000', '');
  expect([await keys.get('https://box:8000'), kept.size]).toEqual([null, 0]);
});

it('blots a key that was handed out from the log of messages, also where it stands as JSON', async () => {
  const keys = new ApiKeys(createStore().secrets);
  await keys.set('https://box:8000', 'sk-"quoted"');
  await keys.get('https://box:8000');
  const lines: string[] = [];
  const log = { trace: (line: string) => lines.push(line), info: (line: string) => lines.push(line) };
  const shown = keys.keepOut(log as unknown as LogOutputChannel);
  shown.trace(`Result: ${JSON.stringify({ key: 'sk-"quoted"' })} or sk-"quoted"`);
  shown.info('Started.');
  expect(lines).toEqual(['Result: {"key":"…"} or …', 'Started.']);
});
