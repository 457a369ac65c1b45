/** Where the critic's models run: a device that is not there or fails costs one line of log and changes no label. */
import { join, resolve } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { CriticDevice } from '../../../protocol/settings';
import type { LabelledContext } from '../../../server/src/critic/critic';
import { createCprsCritic } from '../../../server/src/critic/cprs/cprs-critic';
import { OnnxCritic } from '../../../server/src/critic/onnx-critic';
import { createSession, type OnnxSession, type OpenSession } from '../../../server/src/workers/onnx-session';
import { handbook } from '../answer/question-bench';
import { modelFolder, workerFile } from './critic-fixtures';

const tinyFolder = resolve('test/fixtures/cprs-tiny');
const tinyModel = join(tinyFolder, 'model.onnx');
const never = new AbortController().signal;

function createLog() {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, info: write('info'), warn: write('warn') };
}

async function readLogits(session: OnnxSession): Promise<readonly number[]> {
  const size = 12;
  const ids = new Tensor(
    'int64',
    BigInt64Array.from({ length: size }, (_, place) => BigInt(place * 7)),
    [1, size],
  );
  const mask = new Tensor('int64', new BigInt64Array(size).fill(1n), [1, size]);
  const { logits } = await session.run({ ids, mask });
  return [...(logits?.data as Float32Array)];
}

const onDevice = async (device: CriticDevice, log = createLog(), open?: OpenSession) => {
  const session = await createSession(tinyModel, { device, threads: 1 }, log, open);
  const logits = await readLogits(session);
  await session.release();
  return { logits, lines: log.lines };
};

describe('a session', () => {
  test('on the CPU says nothing', async () => {
    expect((await onDevice('cpu')).lines).toEqual([]);
  });

  test.each([
    ['cuda', 'Failed to load shared library; its libraries do not come with Longfold'],
    ['dml', 'ONNX Runtime for linux-x64 has no such provider'],
    ['coreml', 'ONNX Runtime for linux-x64 has no such provider'],
  ] as const)('on %s, which is not here, is one on the CPU, and one line says why', async (device, reason) => {
    const { logits, lines } = await onDevice(device);
    expect(logits).toEqual((await onDevice('cpu')).logits);
    expect(lines).toEqual([
      `warn: The critic cannot use ${device} (${reason}), so the CPU is used instead; install what the provider needs, or ` +
        'set longfold.critic.device to cpu.',
    ]);
  });

  // These run on a GPU where the machine has one.
  test.each([
    [
      'webgpu',
      /^(info: The critic runs on webgpu\.|warn: The critic cannot use webgpu \(Failed to get a WebGPU .+\), so .+)$/,
    ],
    [
      'auto',
      /^info: The critic (runs on \w+\.|finds no GPU that it can use \(cuda: .+; webgpu: .+\), so the CPU is used\.)$/,
    ],
  ] as const)('on %s says in one line where it runs', async (device, expected) => {
    const { logits, lines } = await onDevice(device);
    const cpu = await onDevice('cpu');
    expect(Math.max(...logits.map((logit, place) => Math.abs(logit - (cpu.logits[place] ?? 0))))).toBeLessThan(0.05);
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  test('that loads on a GPU and fails there goes on with the CPU, whatever runs at once', async () => {
    const log = createLog();
    const opened: string[] = [];
    let released = 0;
    const open: OpenSession = async (file, provider, threads) => {
      opened.push(provider);
      if (provider === 'cpu') return createSession(file, { device: 'cpu', threads }, log);
      const run = (): never => {
        throw new Error('CUDA failure 2:\n out of memory.');
      };
      return {
        run: async () => run(),
        release: async () => {
          released++;
        },
      };
    };
    const session = await createSession(tinyModel, { device: 'cuda', threads: 1 }, log, open);
    const cpu = await onDevice('cpu');
    const twice = await Promise.all([readLogits(session), readLogits(session)]);
    expect([...twice, await readLogits(session)]).toEqual([cpu.logits, cpu.logits, cpu.logits]);
    expect([opened, released]).toEqual([['cuda', 'cpu'], 1]);
    expect(log.lines).toEqual([
      'info: The critic runs on cuda.',
      'warn: The critic failed on cuda (CUDA failure 2: out of memory), so the CPU is used instead; install what the ' +
        'provider needs, or set longfold.critic.device to cpu.',
    ]);
  });

  test('of a file that is no model fails as on the CPU, without a word about the device', async () => {
    const log = createLog();
    const broken = join(tinyFolder, 'tokenizer.json');
    const failure = (device: CriticDevice) =>
      createSession(broken, { device, threads: 1 }, log).catch((error: unknown) => String(error));
    expect(await failure('cuda')).toBe(await failure('cpu'));
    expect(log.lines).toEqual([]);
  });
});

describe('a critic', () => {
  const contexts = [0, 1, 2, 3].map((part) => ({ id: `${part}`, text: handbook.slice(300 * part, 300 * (part + 1)) }));
  const request = { instruction: '', question: 'How long does the Heron wait?', contexts };
  const cannotUse = /^warn: The critic cannot use cuda \(.*\), so the CPU is used instead; .*\.$/;

  async function labelOn(device: CriticDevice, workers: number) {
    const log = createLog();
    const critic = new OnnxCritic({ workerFile, modelFolder, workers, device, log });
    const labelled = await critic.label(request, { signal: never });
    await critic.dispose();
    return { labelled, lines: log.lines };
  }

  test('asked for a device that is not there labels as on the CPU; two workers say so once', async () => {
    const [cpu, cuda] = [await labelOn('cpu', 1), await labelOn('cuda', 2)];
    expect(cuda.labelled).toEqual(cpu.labelled);
    expect(cpu.lines).toEqual([]);
    expect(cuda.lines).toEqual([expect.stringMatching(cannotUse)]);
  });

  test('of QwenLong-CPRS heeds the device, too', async () => {
    const label = async (
      device: CriticDevice,
      log = createLog(),
    ): Promise<readonly [readonly LabelledContext[], readonly string[]]> => {
      const files = { workerFile: resolve('dist/workers/cprs.worker.js'), modelFolder: tinyFolder };
      const critic = createCprsCritic({ ...files, workers: 2, threads: 2, device, log });
      const labelled = await critic.label(request, { signal: never });
      await critic.dispose();
      return [labelled, log.lines];
    };
    const [[cpu], [cuda, lines]] = [await label('cpu'), await label('cuda')];
    expect(cuda).toEqual(cpu);
    expect(lines).toEqual([expect.stringMatching(cannotUse)]);
  });
});
