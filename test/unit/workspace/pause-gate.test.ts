/** Pausing by the user and on battery: a real run waits between two files and goes on; the kernel's files are read right. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPowerSource } from '../../../server/src/platform/power';
import { PauseGate } from '../../../server/src/workspace/pause-gate';
import { fastifyFolder, openWorkspace, temporaryFolder } from './workspace-fixture';

const mains = { isOnBattery: () => Promise.resolve(false) };

describe('a paused run', () => {
  it('reads no further file until it is resumed, stays searchable, and then ends with everything', async () => {
    await using workspace = await openWorkspace(fastifyFolder);
    const gate = new PauseGate(mains, () => false);
    const phases: string[] = [];
    const running = workspace.index({
      pause: gate,
      onProgress: ({ phase, filesDone }) => {
        if (phases.length === 0 && filesDone > 40) gate.set(true);
        if (phase === 'paused') phases.push(phase);
      },
    });
    await expect.poll(() => phases.length, { timeout: 20_000 }).toBeGreaterThan(0);
    // Files that were being read are stored yet.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const waiting = await workspace.store.totals();
    expect(waiting.indexed).toBeGreaterThan(20);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await workspace.store.totals()).indexed).toBe(waiting.indexed);
    expect((await workspace.store.searchText('fastify', 3)).length).toBeGreaterThan(0);
    gate.set(false);
    await running;
    expect((await workspace.store.totals()).indexed).toBeGreaterThan(waiting.indexed);
  });

  it('can be cancelled while it waits', async () => {
    await using workspace = await openWorkspace({ 'a.md': 'words' });
    const gate = new PauseGate(mains, () => false);
    gate.set(true);
    await expect(workspace.index({ pause: gate, signal: AbortSignal.timeout(300) })).rejects.toThrow();
    gate.set(false);
    await workspace.index();
    expect((await workspace.store.totals()).indexed).toBe(1);
  });
});

describe('on battery', () => {
  it('a run waits only where the settings ask for it, and looks again after a while', async () => {
    let [isOnBattery, nowMs, minds] = [true, 0, false];
    const gate = new PauseGate(
      { isOnBattery: () => Promise.resolve(isOnBattery) },
      () => minds,
      () => nowMs,
    );
    const reasons: string[] = [];
    const pass = (): Promise<void> => gate.pass(AbortSignal.timeout(2_000), (reason) => reasons.push(reason));
    await pass();
    expect(reasons).toEqual([]);
    minds = true;
    const waiting = pass();
    await expect.poll(() => reasons).toEqual(['battery']);
    isOnBattery = false;
    nowMs = 60_000;
    await waiting;
  });

  it.each([
    [
      'a laptop without its cable',
      { BAT0: { type: 'Battery', status: 'Discharging' }, AC: { type: 'Mains', online: '0' } },
      true,
    ],
    ['a laptop with it', { BAT0: { type: 'Battery', status: 'Charging' }, AC: { type: 'Mains', online: '1' } }, false],
    ['a desktop with a mouse', { mouse: { type: 'Battery', scope: 'Device', status: 'Discharging' } }, false],
    ['a machine without any', {}, false],
  ])('%s', async (_name, supplies, expected) => {
    await using folder = await temporaryFolder();
    for (const [name, files] of Object.entries(supplies)) {
      await mkdir(join(folder.path, name));
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder.path, name, file), `${text}\n`);
    }
    expect(await createPowerSource('linux', folder.path).isOnBattery()).toBe(expected);
  });
});
