/** The manifest beside the critic's model is the one that its files make. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderManifest } from '../../../scripts/critic-manifest.mjs';

test('models/critic/manifest.json states the files beside it; else run node scripts/critic-manifest.mjs --write', async () => {
  const folder = join(import.meta.dirname, '../../../models/critic');
  expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toBe(await renderManifest(folder));
});
