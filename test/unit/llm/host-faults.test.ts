/** The same faults of a host, said in Ollama's protocol and in OpenAI's, with and without a tokeniser of its own. */
import { describe, expect, it } from 'vitest';
import { ModelRecord } from '../../../server/src/llm/model-record';
import { OllamaChatModel } from '../../../server/src/llm/ollama-chat-model';
import { OpenAiChatModel } from '../../../server/src/llm/openai-chat-model';
import { noAbort } from '../../support/chat-model-conformance';
import { describeHostFaults, type HostWire } from '../../support/host-faults';
import { sendJson } from '../../support/http-script-server';
import { errorAnswer, healthyShow, lastLine, line, startFaultServer } from '../../support/ollama-fault-server';
import { ending, event, part, startOpenAiFaultServer } from '../../support/openai-fault-server';

describe('Ollama', () => {
  describeHostFaults({
    part: line,
    end: (promptTokens) => lastLine({ prompt_eval_count: promptTokens, eval_duration: -9.2e18, eval_count: -1 }),
    half: '{"message":{"con',
    brokenOff: '{"error":"llama runner process has terminated: signal: killed"}\n',
    error: errorAnswer,
    start: (chat, windowTokens) => {
      const info = { ...healthyShow.model_info, 'llama.context_length': windowTokens };
      return startFaultServer({ chat, show: { ...healthyShow, model_info: info } });
    },
    open: (url, stallLimits) => {
      const options = { url, allowRemoteHosts: false, threads: 0, stallLimits, record: new ModelRecord() };
      return OllamaChatModel.open('m', 0, options, noAbort);
    },
  });
});

const openAi = (countTokens?: (text: string) => number): HostWire => ({
  part: (text) => part(text),
  end: (promptTokens) => ending({ prompt_tokens: promptTokens ?? 'many', completion_tokens: -1 }),
  half: 'data: {"choices":[{"del',
  brokenOff: event({ error: { message: 'engine died', code: 500 } }),
  error: (status, message) => (response) => sendJson(response, { error: { message, code: status } }, status),
  start: (chat, windowTokens) =>
    startOpenAiFaultServer({ chat, model: { max_model_len: windowTokens }, ...(countTokens ? { countTokens } : {}) }),
  open: (url, stallLimits) => {
    const host = { url, apiKey: () => Promise.resolve(null) };
    return OpenAiChatModel.open('m', 0, { host, stallLimits, record: new ModelRecord(), retryMs: 1 }, noAbort);
  },
});

describe('a server with OpenAI’s API that has no call to count tokens', () => describeHostFaults(openAi()));

describe('a server with OpenAI’s API that counts tokens', () => {
  describeHostFaults(openAi((text) => text.match(/\w+|[^\w\s]/g)?.length ?? 0));
});

it('a host that no setting names is refused in the words of the guard, not as one that broke off', async () => {
  const host = { url: new URL('http://10.0.0.9'), apiKey: () => Promise.resolve(null) };
  const refused = { reason: 'hostNotAllowed', message: 'Nothing was sent to 10.0.0.9: no setting names this host.' };
  const record = new ModelRecord();
  await expect(OpenAiChatModel.open('m', 0, { host, record }, noAbort)).rejects.toMatchObject(refused);
  const options = { ...host, allowRemoteHosts: true, threads: 0, record };
  await expect(OllamaChatModel.open('m', 0, options, noAbort)).rejects.toMatchObject(refused);
});
