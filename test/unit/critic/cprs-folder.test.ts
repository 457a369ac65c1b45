/** The folder of an exported QwenLong-CPRS: chosen by the settings, and what is said when it cannot be used. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../protocol/settings';
import { composeApplication } from '../../../server/src/compose';
import { createCprsCritic } from '../../../server/src/critic/cprs/cprs-critic';

const modelFolder = resolve('test/fixtures/cprs-tiny');
const scratch = mkdtempSync(join(tmpdir(), 'longfold-cprs-'));
const never = new AbortController().signal;
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a model folder that cannot be used is told in one sentence:', () => {
  const names = ['cprs.json', 'model.onnx', 'tokenizer.json'];
  const copyModel = (name: string): string => {
    const folder = join(scratch, name);
    mkdirSync(folder);
    for (const file of names) copyFileSync(join(modelFolder, file), join(folder, file));
    return folder;
  };
  /** Makes the manifest agree with the files, as a faulty export would. */
  const sign = (folder: string, name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
    const manifest = JSON.parse(readFileSync(join(folder, 'cprs.json'), 'utf8'));
    const hash = { sizeBytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
    const files = manifest.files.map((file: { name: string }) => (file.name === name ? { name, ...hash } : file));
    writeFileSync(join(folder, 'cprs.json'), JSON.stringify({ ...manifest, files }));
  };
  test.each<readonly [string, (folder: string) => void, string]>([
    ['missing', (folder) => rmSync(folder, { recursive: true }), 'cprs.json is missing'],
    ['without a model', (folder) => rmSync(join(folder, 'model.onnx')), 'model.onnx is missing'],
    ['cut short', (folder) => truncateSync(join(folder, 'model.onnx'), 5000), 'model.onnx has 5000 bytes instead of'],
    ['one flipped byte', (folder) => flipByte(join(folder, 'model.onnx')), 'model.onnx is damaged: its SHA-256'],
    ['another manifest', (folder) => writeFileSync(join(folder, 'cprs.json'), '{'), 'cprs.json is no JSON'],
    ['not ONNX', (folder) => sign(folder, 'model.onnx', 'not a model'), 'Protobuf parsing failed'],
    ['not a tokenizer', (folder) => sign(folder, 'tokenizer.json', '{}'), 'The tokenizer.json is not that of Qwen2'],
  ])('%s', async (name, damage, reason) => {
    const folder = copyModel(name);
    damage(folder);
    const request = { instruction: '', question: 'When?', contexts: [{ id: 'a', text: 'A line.' }] };
    const critic = createCprsCritic({
      workerFile: resolve('dist/workers/cprs.worker.js'),
      modelFolder: folder,
      threads: 1,
    });
    const failure = critic.label(request, { signal: never });
    const message = await failure.then(String, (error: unknown) => (error instanceof Error ? error.message : ''));
    await critic.dispose();
    expect(message).toMatch(/^The QwenLong-CPRS model in .* cannot be loaded \(.*\); export it again as .* says\.$/);
    expect(message).toContain(reason);
  });
});

test('reads files once the settings name its folder: exact slices within the budget', async () => {
  const file = join(scratch, 'note.md');
  const text = `# 渡船\n\nA landing stage stands at each end. 码头两端各有一个平台。\n\nThe ferry waits seven minutes 🕖. 船在北码头等候七分钟。\n`;
  writeFileSync(file, text);
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const application = composeApplication({ logger, env: { LONGFOLD_HOME: scratch }, distFolder: resolve('dist') });
  const critic = { ...defaultSettings.critic, backend: 'cprs', folder: modelFolder } as const;
  const question = { text: 'How long does it wait?', granularity: 'sentence', tokenBudget: 40 } as const;
  const result = await application.compress([file], question, {
    settings: { ...defaultSettings, critic },
    signal: never,
  });
  await application.dispose();
  expect(result.problems).toEqual([]);
  expect(result.spans.length).toBeGreaterThan(0);
  expect(result.tokensKept).toBeLessThanOrEqual(40);
  for (const span of result.spans) expect(span.text).toBe(text.slice(span.start, span.end));
});

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const place = bytes.length >> 1;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
