/** Files that hang or eat the memory, through the built worker: their own row says so, and the others are read. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createExtractor, type ExtractorOptions } from '../../../server/src/workspace/worker-extractor';
import type { ExtractReply } from '../../../server/src/workspace/extractor';
import { buildPdf } from '../extract/extract-fixtures';
import { noAbort, openWorkspace, temporaryFolder, workerFile, writeFiles } from './workspace-fixture';

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

const fileSystem = createNodeFileSystem();
let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
  // Millions of texts one over the other: far more seconds of work than the limit, and hundreds of megabytes of objects.
  const endless = buildPdf(`BT /F 10 Tf ${'1 0 0 1 9 9 Tm (a) Tj\n'.repeat(2_500_000)} ET`);
  const small = Object.fromEntries(
    Array.from({ length: 12 }, (_, place) => [`small-${place}.txt`, `words ${place}\n`]),
  );
  await writeFiles(folder.path, { 'endless.pdf': endless, ...small });
});
afterAll(() => folder[Symbol.asyncDispose]());

function stateOf(reply: ExtractReply): string {
  if (reply.kind !== 'update' || reply.update.kind === 'removed') return reply.kind;
  const { path, state, reason } = reply.update.record;
  return [path, state, reason].filter(Boolean).join(' ');
}

/** The ledger's view of all files, asked for at once. */
async function readAll(options: Omit<ExtractorOptions, 'workerFile' | 'fileSystem'>): Promise<readonly string[]> {
  const extractor = createExtractor({ workerFile: workerFile('extract'), fileSystem, ...options });
  const names = ['endless.pdf', ...Array.from({ length: 12 }, (_, place) => `small-${place}.txt`)];
  const request = { maxFileBytes: 1_000_000, knownHash: null, depth: 'symbols' } as const;
  try {
    const reading = names.map((path) =>
      extractor.extract({ path, absolutePath: join(folder.path, path), ...request }, noAbort),
    );
    return (await Promise.all(reading)).map(stateOf);
  } finally {
    await extractor.dispose();
  }
}

describe('limits of the extract workers', () => {
  const others = Array.from({ length: 12 }, (_, place) => `small-${place}.txt indexed`);

  it('a file over its time is stopped and named, the others are read', async () => {
    const states = await readAll({ count: 2, timeLimitMs: 5_000, heapLimitMb: 8_000 });
    expect(states).toEqual(['endless.pdf failed It took more than 5 s, so reading it was stopped.', ...others]);
  });

  it('a file over the memory is stopped and named, the others are read', async () => {
    const states = await readAll({ count: 1, heapLimitMb: 96, timeLimitMs: 60_000 });
    expect(states).toEqual([
      'endless.pdf failed It needs more than 96 MB of memory, so reading it was stopped.',
      ...others,
    ]);
  });

  it('cancelling answers at once, and the worker serves the next call', async () => {
    const extractor = createExtractor({ workerFile: workerFile('extract'), fileSystem, count: 1, timeLimitMs: 5_000 });
    const controller = new AbortController();
    const read = (path: string, signal: AbortSignal): Promise<ExtractReply> =>
      extractor.extract(
        { path, absolutePath: join(folder.path, path), maxFileBytes: 1_000_000, knownHash: null, depth: 'symbols' },
        signal,
      );
    const cancelled = read('endless.pdf', controller.signal);
    const next = read('small-1.txt', noAbort);
    setTimeout(() => controller.abort(), 50);
    await expect(cancelled).rejects.toThrow('Cancelled.');
    expect(stateOf(await next)).toBe('small-1.txt indexed');
    await extractor.dispose();
  });

  it('a file that was stopped costs its time once, until it changes', async () => {
    await using workspace = await openWorkspace(folder.path, { timeLimitMs: 2_000 });
    expect(await workspace.index()).toContain('endless.pdf');
    expect(await workspace.store.totals()).toMatchObject({ files: 13, indexed: 12, failed: 1 });
    expect(await workspace.index()).toEqual([]);
    await writeFiles(folder.path, { 'endless.pdf': buildPdf('BT /F 10 Tf 9 9 Td (now it ends) Tj ET') });
    expect(await workspace.index()).toEqual(['endless.pdf']);
    expect(await workspace.store.totals()).toMatchObject({ files: 13, indexed: 13, failed: 0 });
  });
});
