/** The network guard: only hosts that a setting names, what a setting takes back, and what is written down. */
import { mkdtempSync, appendFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OutboundRecord } from '../../../protocol/network';
import { HostRefusedError, NetworkGuard } from '../../../server/src/platform/network-guard';
import { createOutboundLog } from '../../../server/src/platform/outbound-log';

const call = (host: string) => ({ method: 'POST', url: new URL(`http://${host}/api/chat?key=1`), sentBytes: 12 });
const host = (isLoopback: boolean) => ({ setting: 'a.url', role: 'model host', isLoopback });

it('lets through what a setting names and refuses the rest, this machine too, once the program has begun', () => {
  const guard = new NetworkGuard();
  expect(() => guard.open(call('10.0.0.9'), false)).toThrow(HostRefusedError);
  expect(() => guard.open(call('127.0.0.1:9'), true)).not.toThrow();
  const records: OutboundRecord[] = [];
  guard.enforce((record) => records.push(record));
  expect(() => guard.open(call('127.0.0.1:9'), true)).toThrow(/no setting names this host/);
  guard.admit(new URL('http://10.0.0.9:80'), host(false));
  guard.open(call('10.0.0.9'), false)({ outcome: 'answered', status: 200, receivedBytes: 34 });
  guard.revokeRemote('a.url');
  expect(() => guard.open(call('10.0.0.9'), false)).toThrow(HostRefusedError);
  expect(records.map(({ outcome, purpose, path, sentBytes }) => [outcome, purpose, path, sentBytes])).toEqual([
    ['refused', 'unknown', '/api/chat', 0],
    ['open', 'model host', '/api/chat', 12],
    ['answered', 'model host', '/api/chat', 12],
    ['refused', 'unknown', '/api/chat', 0],
  ]);
});

it('keeps one record a request in a file that only its owner reads, and survives a line that was cut off', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'longfold-outbound-')), 'data', 'outbound.jsonl');
  const log = createOutboundLog(file);
  expect(log.read()).toEqual({ file, records: [] });
  const guard = new NetworkGuard();
  guard.enforce(log.write);
  guard.admit(new URL('http://127.0.0.1:9'), host(true));
  guard.open(call('127.0.0.1:9'), true)({ outcome: 'failed', status: null, receivedBytes: 0 });
  guard.open(call('127.0.0.1:9'), true);
  appendFileSync(file, '{"id":"cut');
  expect(log.read().records.map(({ outcome }) => outcome)).toEqual(['failed', 'open']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
