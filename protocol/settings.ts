/**
 * The settings, parsed from what the editor or the settings file gives. package.json is the source of names,
 * defaults and ranges; a unit test compares it with this file. A value of the wrong type or out of range falls
 * back to the default or the nearest bound, and `problems` says so in one sentence each.
 */
import type { AnswerMode, Granularity } from './trace-events';

export interface Settings {
  readonly model: {
    /** `auto`, `none`, `ollama:NAME`, `openai:NAME`, `embedded:FILE` or `editor:VENDOR/NAME`. */
    readonly use: string;
    readonly ollamaUrl: string;
    /** A server with OpenAI's API (vLLM, SGLang, llama.cpp, LM Studio); empty: none. */
    readonly openaiUrl: string;
    readonly allowRemoteHosts: boolean;
    /** Folder of GGUF files; empty: the user's model folder. */
    readonly folder: string;
    /** Window to ask for, in tokens; 0: the model's own, at most 16,384. */
    readonly windowTokens: number;
    readonly threads: number;
  };
  readonly answer: { readonly mode: AnswerMode };
  readonly compress: { readonly granularity: Granularity; readonly tokenBudget: number };
  readonly index: {
    readonly maxFileKilobytes: number;
    /** Patterns in gitignore's syntax, from the workspace's root. */
    readonly exclude: readonly string[];
    /** Likewise: what is read though git or `exclude` leaves it out; only a `.longfoldignore` says no to it. */
    readonly include: readonly string[];
    /** Bound of the index file; 0: none. */
    readonly maxIndexMegabytes: number;
    readonly pauseOnBattery: boolean;
  };
  readonly critic: {
    readonly threads: number;
    /** Where the models of `bundled` and `cprs` run. */
    readonly device: CriticDevice;
    readonly backend: CriticBackend;
    /** Address of a CPRS server, for the back end `remote`. */
    readonly url: string;
    /** Folder of the exported QwenLong-CPRS model, for the back end `cprs`. */
    readonly folder: string;
  };
  readonly hover: { readonly enabled: boolean };
  readonly trace: { readonly keep: number };
}

/**
 * `bundled`: the model that Longfold brings along; `cprs`: QwenLong-CPRS as ONNX files on this machine; `remote`: a
 * server that speaks the HTTP API of QwenLong-CPRS.
 */
export type CriticBackend = 'bundled' | 'cprs' | 'remote';

/**
 * ONNX Runtime's execution providers. `cpu` is the default: the bundled model is 8-bit and made for processors, and a
 * graphics driver that crashes takes the server with it. `auto` takes the first GPU provider that works.
 */
export type CriticDevice = 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export const defaultSettings: Settings = {
  model: {
    use: 'auto',
    ollamaUrl: 'http://127.0.0.1:11434',
    openaiUrl: '',
    allowRemoteHosts: false,
    folder: '',
    windowTokens: 0,
    threads: 0,
  },
  answer: { mode: 'auto' },
  compress: { granularity: 'sentence', tokenBudget: 2000 },
  index: { maxFileKilobytes: 2048, exclude: [], include: [], maxIndexMegabytes: 4096, pauseOnBattery: false },
  critic: { threads: 0, device: 'cpu', backend: 'bundled', url: 'http://127.0.0.1:8091', folder: '' },
  hover: { enabled: true },
  trace: { keep: 100 },
};

/** Bounds of the numeric settings, inclusive; package.json repeats them as minimum and maximum. */
export const settingBounds = {
  'model.windowTokens': [0, 1_000_000],
  'model.threads': [0, 64],
  'compress.tokenBudget': [64, 200_000],
  'index.maxFileKilobytes': [16, 65_536],
  'index.maxIndexMegabytes': [0, 1_000_000],
  'critic.threads': [0, 64],
  'trace.keep': [0, 10_000],
} as const;

export const granularities: readonly Granularity[] = ['keyword', 'sentence', 'paragraph', 'line', 'block', 'symbol'];
export const criticBackends: readonly CriticBackend[] = ['bundled', 'cprs', 'remote'];
export const criticDevices: readonly CriticDevice[] = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'];
export const answerModes: readonly AnswerMode[] = ['auto', 'single', 'fold', 'everything', 'evidence'];

export function parseSettings(value: unknown): { readonly settings: Settings; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const root = asRecord(value);
  const read = <T>(key: string, fallback: T, check: (found: unknown) => T | undefined): T => {
    const [section = '', name = ''] = key.split('.');
    const found = asRecord(root[section])[name];
    if (found === undefined || found === null) return fallback;
    const checked = check(found);
    if (checked !== undefined) return checked;
    problems.push(`The setting longfold.${key} has no usable value; ${JSON.stringify(fallback)} is used instead.`);
    return fallback;
  };
  const text = (found: unknown): string | undefined => (typeof found === 'string' ? found.trim() : undefined);
  const flag = (found: unknown): boolean | undefined => (typeof found === 'boolean' ? found : undefined);
  const list = (found: unknown): readonly string[] | undefined =>
    Array.isArray(found) && found.every((item): item is string => typeof item === 'string') ? found : undefined;
  const choice = <T extends string>(key: string, fallback: T, allowed: readonly T[]): T => {
    const found = read<unknown>(key, fallback, (item) => item);
    const chosen = allowed.find((item) => item === found);
    if (chosen !== undefined) return chosen;
    problems.push(`The setting longfold.${key} must be one of ${allowed.join(', ')}; ${fallback} is used instead.`);
    return fallback;
  };
  const number = (key: keyof typeof settingBounds, fallback: number): number => {
    const [low, high] = settingBounds[key];
    const found = read(key, fallback, (item) =>
      typeof item === 'number' && Number.isFinite(item) ? Math.round(item) : undefined,
    );
    if (found < low || found > high) {
      problems.push(`The setting longfold.${key} must be between ${low} and ${high}; the nearest bound is used.`);
    }
    return Math.min(high, Math.max(low, found));
  };
  const fallback = defaultSettings;
  return {
    settings: {
      model: {
        use: read('model.use', fallback.model.use, (found) => text(found) || undefined),
        ollamaUrl: read('model.ollamaUrl', fallback.model.ollamaUrl, (found) => parseHttpUrl(found)),
        openaiUrl: read('model.openaiUrl', fallback.model.openaiUrl, (found) =>
          text(found) === '' ? '' : parseHttpUrl(found),
        ),
        allowRemoteHosts: read('model.allowRemoteHosts', fallback.model.allowRemoteHosts, flag),
        folder: read('model.folder', fallback.model.folder, text),
        windowTokens: number('model.windowTokens', fallback.model.windowTokens),
        threads: number('model.threads', fallback.model.threads),
      },
      answer: { mode: choice('answer.mode', fallback.answer.mode, answerModes) },
      compress: {
        granularity: choice('compress.granularity', fallback.compress.granularity, granularities),
        tokenBudget: number('compress.tokenBudget', fallback.compress.tokenBudget),
      },
      index: {
        maxFileKilobytes: number('index.maxFileKilobytes', fallback.index.maxFileKilobytes),
        exclude: read('index.exclude', fallback.index.exclude, list),
        include: read('index.include', fallback.index.include, list),
        maxIndexMegabytes: number('index.maxIndexMegabytes', fallback.index.maxIndexMegabytes),
        pauseOnBattery: read('index.pauseOnBattery', fallback.index.pauseOnBattery, flag),
      },
      critic: {
        threads: number('critic.threads', fallback.critic.threads),
        device: choice('critic.device', fallback.critic.device, criticDevices),
        backend: choice('critic.backend', fallback.critic.backend, criticBackends),
        url: read('critic.url', fallback.critic.url, parseHttpUrl),
        folder: read('critic.folder', fallback.critic.folder, text),
      },
      hover: { enabled: read('hover.enabled', fallback.hover.enabled, flag) },
      trace: { keep: number('trace.keep', fallback.trace.keep) },
    },
    problems,
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function parseHttpUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return /^https?:\/\/[^\s/]+/.test(value.trim()) ? value.trim().replace(/\/+$/, '') : undefined;
}
