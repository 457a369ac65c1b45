/** How the models of each host stand in a list for the user. */
import { totalmem } from 'node:os';
import type { ModelChoice } from '../../../protocol/models';
import type { EditorModel } from './editor-host';
import type { ModelFile } from './llama-protocol';
import { withTag } from './ollama-client';
import type { OllamaModelInfo } from './ollama-models';
import type { OpenAiModelInfo } from './openai-models';

export type Choice = Omit<ModelChoice, 'isCurrent'>;

export const noModel: Choice = { id: 'none', label: 'No model', detail: 'Evidence only: ranked, quoted and cited' };

export function toOllamaChoice(model: OllamaModelInfo): Choice {
  return { id: `ollama:${model.name}`, label: model.name, detail: `Ollama, ${describe(model)}` };
}

export function toFileChoice(file: ModelFile): Choice {
  return { id: `embedded:${file.name}`, label: file.name.replace(/\.gguf$/i, ''), detail: `GGUF, ${describe(file)}` };
}

export function toOpenAiChoice(model: OpenAiModelInfo, url: URL): Choice {
  const { name, windowTokens } = model;
  const window = windowTokens === null ? 'window not known' : windowOf(windowTokens);
  const choice = { id: `openai:${name}`, label: name, detail: `${url.host}, ${window}` };
  return windowTokens === null ? { ...choice, needsWindow: true } : choice;
}

export function toEditorChoice(model: EditorModel): Choice {
  const window = windowOf(model.maxInputTokens);
  return {
    id: `editor:${model.id}`,
    label: model.label,
    detail: `Through the editor: questions and passages of your files go to ${model.vendor}; ${window}`,
    sendsTextTo: model.vendor,
  };
}

/** The largest file that leaves half of the memory free: larger models answer better. */
export function autoFile(files: readonly ModelFile[]): string | undefined {
  const fitting = files.filter((file) => isUsable(file) && file.sizeBytes < totalmem() / 2);
  const [best] = fitting.sort((one, other) => other.sizeBytes - one.sizeBytes);
  return best && `embedded:${best.name}`;
}

export function isUsable(file: ModelFile): boolean {
  return file.problem === null;
}

/** `ollama:NAME` and `ollama:NAME:latest` are the same. */
export function isSameModel(one: string, other: string): boolean {
  const full = (id: string): string =>
    id.startsWith('ollama:') ? `ollama:${withTag(id.slice('ollama:'.length))}` : id;
  return full(one) === full(other);
}

function describe(model: { readonly sizeBytes: number; readonly trainedTokens: number }): string {
  const window = model.trainedTokens > 0 ? `, ${windowOf(model.trainedTokens)}` : '';
  return `${(model.sizeBytes / 1e9).toFixed(2)} GB${window}`;
}

function windowOf(tokens: number): string {
  return `window ${tokens.toLocaleString('en')} tokens`;
}
