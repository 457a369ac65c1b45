/** Turns what goes wrong between Longfold and Ollama into one sentence. */
import { HttpStatusError, isNobodyThere, socketCode } from '../platform/http-fetch';
import { HostRefusedError } from '../platform/network-guard';
import { errorMessage } from '../util/error-message';
import { ModelError } from './chat-model';

export interface OllamaErrorContext {
  readonly url: URL;
  readonly model: string;
  /** Added to the sentence when nothing answers. */
  readonly hint?: string;
}

export function toOllamaError(error: unknown, { url, model, hint }: OllamaErrorContext): ModelError {
  if (ModelError.is(error)) return error;
  const message = errorMessage(error);
  if (error instanceof HostRefusedError) return new ModelError('hostNotAllowed', message);
  if (isNobodyThere(error)) {
    return new ModelError(
      'unreachable',
      `Ollama does not answer at ${url.origin}; start it with "ollama serve" or correct longfold.model.ollamaUrl.` +
        (hint ? ` ${hint}` : ''),
    );
  }
  if (/ECONNRESET|EPIPE|aborted/.test(socketCode(error) + message) || /Did not receive done/.test(message)) {
    return new ModelError('badReply', `Ollama at ${url.origin} broke off its answer; see its log, then ask again.`);
  }
  return fromHostText(message, error instanceof HttpStatusError ? error.status : 0, url, model);
}

export function notOllama(url: URL): ModelError {
  return new ModelError(
    'unreachable',
    `What answers at ${url.origin} is not Ollama; correct the port in longfold.model.ollamaUrl.`,
  );
}

function fromHostText(message: string, status: number, url: URL, model: string): ModelError {
  if (/exceeds the (available )?context|context length|input length/i.test(message)) {
    return windowExceeded(model);
  }
  if (status === 404 && /not found/i.test(message) && /model/i.test(message)) {
    return new ModelError(
      'notFound',
      `Ollama has no model ${model}; fetch it with "ollama pull ${model}" or Longfold: Pull Model.`,
    );
  }
  if (status === 503 || status === 429) {
    return new ModelError('busy', `Ollama at ${url.origin} is busy with other requests; ask again in a while.`);
  }
  if (/memory|cudaMalloc|out of vram/i.test(message)) {
    return new ModelError(
      'outOfMemory',
      `The model ${model} does not fit into the memory that Ollama has; choose a smaller model or a smaller window.`,
    );
  }
  if (/runner|terminated|unexpectedly stopped/i.test(message)) {
    return new ModelError('crashed', `Ollama's model process stopped while ${model} was in use; ask again.`);
  }
  if (status === 404 || /^\s*</.test(message)) return notOllama(url);
  const said = message.trim().slice(0, 200) || `status ${status}`;
  return new ModelError('other', `Ollama at ${url.origin} refused the request for ${model}: ${said}`);
}

export function windowExceeded(model: string): ModelError {
  return new ModelError(
    'windowExceeded',
    `The prompt does not fit into the window of ${model}; ask for a larger window or send less text.`,
  );
}
