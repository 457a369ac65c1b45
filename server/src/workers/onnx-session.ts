/**
 * ONNX sessions on the device that `longfold.critic.device` names. A provider that is not there, or that fails while it
 * loads the model or runs it, is left for the CPU, with one line for the log: the model is read all the same.
 */
import { env, InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import type { CriticDevice } from '../../../protocol/settings';
import type { Logger } from '../platform/ports';
import { errorMessage } from '../util/error-message';

export type OnnxSession = Pick<InferenceSession, 'run' | 'release'>;
export type SessionLog = Pick<Logger, 'info' | 'warn'>;

export interface SessionOptions {
  readonly device: CriticDevice;
  /** Of the CPU, which also takes the parts that a GPU has no kernel for. */
  readonly threads: number;
}

/** ONNX Runtime's name of where a session runs. */
export type Provider = Exclude<CriticDevice, 'auto'>;
export type OpenSession = (file: string, provider: Provider, threads: number) => Promise<OnnxSession>;

/** For `auto`, best first: the makers' own before WebGPU, which ONNX Runtime calls experimental. */
const gpuProviders: readonly Provider[] = ['cuda', 'dml', 'coreml', 'webgpu'];

// What goes wrong comes as an exception, too; the library's own lines on standard error would only stand beside ours.
env.logLevel = 'fatal';

/** Throws where the CPU cannot load the model either. `open` is for tests. */
export async function createSession(
  file: string,
  { device, threads }: SessionOptions,
  log: SessionLog,
  open: OpenSession = openSession,
): Promise<OnnxSession> {
  const openOnCpu = (): Promise<OnnxSession> => open(file, 'cpu', threads);
  const failures: string[] = [];
  for (const provider of wantedGpus(device)) {
    try {
      const session = await open(file, provider, threads);
      log.info(`The critic runs on ${provider}.`);
      return new GpuSession(provider, session, openOnCpu, log);
    } catch (error) {
      failures.push(device === 'auto' ? `${provider}: ${briefReason(error)}` : briefReason(error));
    }
  }
  const session = await openOnCpu();
  if (device === 'auto') {
    const reason = failures.join('; ') || 'this build of ONNX Runtime has no GPU provider';
    log.info(`The critic finds no GPU that it can use (${reason}), so the CPU is used.`);
  } else if (device !== 'cpu') {
    log.warn(`The critic cannot use ${device} (${failures.join()}), so the CPU is used instead; ${advice}.`);
  }
  return session;
}

const advice = 'install what the provider needs, or set longfold.critic.device to cpu';

function wantedGpus(device: CriticDevice): readonly Provider[] {
  if (device === 'cpu') return [];
  if (device !== 'auto') return [device];
  const built = new Set(listSupportedBackends().map(({ name }) => name));
  return gpuProviders.filter((provider) => built.has(provider));
}

async function openSession(file: string, provider: Provider, threads: number): Promise<OnnxSession> {
  const backend = listSupportedBackends().find(({ name }) => name === provider);
  if (!backend) throw new Error(`ONNX Runtime for ${process.platform}-${process.arch} has no such provider`);
  try {
    // Alone: in a list, a provider that this build does not have is passed over without an error.
    const executionProviders = [provider];
    return await InferenceSession.create(file, {
      executionProviders,
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
  } catch (error) {
    if (backend.bundled) throw error;
    throw new Error(`${briefReason(error)}; its libraries do not come with Longfold`, { cause: error });
  }
}

/** Goes on with the CPU from the first run that fails: memory of a GPU may run out, and libraries may load late. */
class GpuSession implements OnnxSession {
  #cpu: Promise<OnnxSession> | undefined;

  constructor(
    private readonly provider: Provider,
    private readonly gpu: OnnxSession,
    private readonly openOnCpu: () => Promise<OnnxSession>,
    private readonly log: SessionLog,
  ) {}

  async run(feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
    if (!this.#cpu) {
      try {
        return await this.gpu.run(feeds);
      } catch (error) {
        this.#cpu ??= this.#leave(error);
      }
    }
    const cpu = await this.#cpu;
    return cpu.run(feeds);
  }

  async release(): Promise<void> {
    await (this.#cpu ? (await this.#cpu).release() : this.gpu.release());
  }

  async #leave(error: unknown): Promise<OnnxSession> {
    const cpu = await this.openOnCpu();
    const reason = briefReason(error);
    this.log.warn(`The critic failed on ${this.provider} (${reason}), so the CPU is used instead; ${advice}.`);
    await this.gpu.release().catch(() => undefined);
    return cpu;
  }
}

/** Without the place in ONNX Runtime's own source and the name of its function. */
function briefReason(error: unknown): string {
  return errorMessage(error)
    .replace(/\s+/g, ' ')
    .replace(/^\/\S+\.(?:cc|cpp|h):\d+ .*? was false\. /, '')
    .replace(/^OrtSessionOptions\w+: /, '')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 300);
}
