/** Turns what goes wrong between Longfold and a server with OpenAI's API into one sentence. */
import { HttpStatusError, isNobodyThere, socketCode } from '../platform/http-fetch';
import { HostRefusedError } from '../platform/network-guard';
import { errorMessage } from '../util/error-message';
import { ModelError } from './chat-model';
import type { OpenAiHost } from './openai-client';

interface Context {
  readonly host: OpenAiHost;
  /** Empty in look-ups that are about no single model. */
  readonly model: string;
}

const howToSetKey = 'set it with "Longfold: Set API Key" or LONGFOLD_API_KEY';

export function toOpenAiError(error: unknown, context: Context): ModelError {
  if (ModelError.is(error)) return error;
  const { origin } = context.host.url;
  if (error instanceof SyntaxError) return notOpenAi(context.host);
  if (error instanceof HttpStatusError) return fromStatus(error, context);
  if (error instanceof HostRefusedError) return new ModelError('hostNotAllowed', error.message);
  if (isNobodyThere(error)) return notThere(context.host, 'does not answer');
  const code = socketCode(error);
  if (/CERT|SSL|TLS|SIGNED/.test(code)) {
    return new ModelError(
      'unreachable',
      `The certificate of the model server at ${origin} is not accepted (${code}); see longfold.model.openaiUrl.`,
    );
  }
  return brokeOff(origin);
}

export function brokeOff(origin: string): ModelError {
  return new ModelError('badReply', `The model server at ${origin} broke off its answer; see its log, then ask again.`);
}

export function notThere({ url, hint }: OpenAiHost, what: string): ModelError {
  return new ModelError(
    'unreachable',
    `The model server at ${url.origin} ${what}; start it or correct longfold.model.openaiUrl.${hint ? ` ${hint}` : ''}`,
  );
}

export function notOpenAi({ url }: OpenAiHost): ModelError {
  return new ModelError(
    'unreachable',
    `What answers at ${url.origin} does not speak OpenAI's API; correct longfold.model.openaiUrl.`,
  );
}

/** As a key that was copied from where it is shown in part: it cannot stand in a header. */
export function oddKey(origin: string): ModelError {
  return new ModelError(
    'notPermitted',
    `The key for the model server at ${origin} has odd characters; ${howToSetKey}.`,
  );
}

export function promptTooLong(model: string, tokens: number, windowTokens: number): ModelError {
  return new ModelError(
    'windowExceeded',
    `The prompt has at least ${tokens} tokens and does not fit into the window of ${model} (${windowTokens}); ` +
      'serve it with a larger window or send less text.',
  );
}

/** `readTokens` null: the server does not say. The prompt was answered, but not as a whole, or nobody can tell. */
export function promptCut(origin: string, readTokens: number | null, windowTokens: number): ModelError {
  const what =
    readTokens === null
      ? 'does not say whether it read the whole prompt'
      : `read only ${readTokens} tokens and cut the rest of the prompt off`;
  return new ModelError(
    'windowExceeded',
    `The model server at ${origin} ${what}; its window may be smaller than ${windowTokens} tokens: ` +
      'set longfold.model.windowTokens to what it really has.',
  );
}

function fromStatus(error: HttpStatusError, { host, model }: Context): ModelError {
  const { origin } = host.url;
  const { status, message } = error;
  const name = model || 'a model';
  // First: a limit of tokens a minute is told in words that others use for the window.
  if (status === 429 || status === 503) {
    const said = /load/i.test(message) ? 'is still loading its model' : `is busy (status ${status})`;
    return new ModelError('busy', `The model server at ${origin} ${said}; ask again in a while.`);
  }
  if (/context (length|size|window)|exceed_context|too many tokens|maximum.*tokens|prompt is too long/i.test(message)) {
    return new ModelError(
      'windowExceeded',
      `The prompt does not fit into the window of ${name}; serve it with a larger window or send less text.`,
    );
  }
  if (status === 401 || status === 403) {
    return new ModelError('notPermitted', `The model server at ${origin} wants another key; ${howToSetKey}.`);
  }
  if (status === 404 && /model/i.test(message)) {
    return new ModelError('notFound', `The model server at ${origin} has no model ${name}; select another one.`);
  }
  if (status === 404 || /^\s*</.test(message)) return notOpenAi(host);
  if (/out of memory|\boom|alloc/i.test(message)) {
    return new ModelError(
      'outOfMemory',
      `The model server at ${origin} ran out of memory; serve a smaller model or a smaller window.`,
    );
  }
  const said = errorMessage(error).replace(/\s+/g, ' ').trim().slice(0, 200) || `status ${status}`;
  return new ModelError('other', `The model server at ${origin} refused the request for ${name}: ${said}`);
}
