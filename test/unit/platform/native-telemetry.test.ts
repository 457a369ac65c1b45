import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

test('a run of the critic leaves no device id or usage records of the native library behind', () => {
  const home = mkdtempSync(join(tmpdir(), 'longfold-home-'));
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, LONGFOLD_HOME: join(home, 'longfold') };
  delete env['ORT_DISABLE_TELEMETRY'];
  delete env['XDG_CACHE_HOME'];
  const args = [
    join(root, 'dist', 'cli.js'),
    'compress',
    join(root, 'README.md'),
    '--question',
    'what is it?',
    '--json',
  ];
  const done = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  expect(JSON.parse(done.stdout)).toHaveProperty('tokens');
  expect(readdirSync(home, { recursive: true }).filter((name) => String(name).includes('onnxruntime'))).toEqual([]);
});
