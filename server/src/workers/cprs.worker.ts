/**
 * QwenLong-CPRS off the server's thread: cuts contexts into windows and labels them, one window a call, so that a
 * cancel waits for one window at most. The session is loaded by the first window; cutting needs the tokenizer alone.
 */
import { workerData } from 'node:worker_threads';
import { parseByteBpe, type ByteBpe } from '../critic/cprs/byte-bpe';
import { contextRoom, cutContext, encodePrefix } from '../critic/cprs/cprs-window';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { readCprsFolder } from './cprs-folder';
import type { CprsWorkerData, CprsWorkerMethods } from './cprs-protocol';
import { CprsSession } from './cprs-session';
import { serveWorker, workerLog } from './worker-rpc';

const data = workerData as CprsWorkerData;

interface Reader {
  readonly tokenizer: ByteBpe;
  readonly windowTokens: number;
}

const loadReader = once(async (): Promise<Reader> => {
  const folder = await readCprsFolder(data.modelFolder);
  const tokenizer = parseByteBpe(folder.tokenizerFile);
  return { tokenizer, windowTokens: data.windowTokens ?? folder.windowTokens };
});
const loadSession = once(() => CprsSession.load(data, workerLog));

/** Loads at the first call; a failure is told in one sentence and tried again by the next call. */
function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      const reason = errorMessage(error).replace(/\s+/g, ' ').replace(/\.$/, '');
      throw new Error(
        `The QwenLong-CPRS model in ${data.modelFolder} cannot be loaded (${reason}); export it again as training/cprs/README.md says.`,
      );
    });
    return loading;
  };
}

/** The last prefix: every window of a request has the same one. */
let lastPrefix: { readonly prompt: string; readonly question: string; readonly ids: Int32Array } | undefined;

function prefixOf(tokenizer: ByteBpe, prompt: string, question: string): Int32Array {
  if (lastPrefix?.prompt !== prompt || lastPrefix.question !== question)
    lastPrefix = { prompt, question, ids: encodePrefix(tokenizer, prompt, question) };
  return lastPrefix.ids;
}

serveWorker<CprsWorkerMethods>({
  cut: async ({ prompt, question, text }, { signal }) => {
    const { tokenizer, windowTokens } = await loadReader();
    await yieldToLoop();
    throwIfCancelled(signal);
    const room = contextRoom(prefixOf(tokenizer, prompt, question).length, windowTokens);
    return cutContext(tokenizer, text, room, { ...data, windowTokens });
  },
  label: async ({ prompt, question, ids }, { signal }) => {
    const { tokenizer } = await loadReader();
    const session = await loadSession();
    await yieldToLoop();
    throwIfCancelled(signal);
    return session.run(prefixOf(tokenizer, prompt, question), ids);
  },
  countTokens: async ({ texts }, { signal }) => {
    const { tokenizer } = await loadReader();
    const counts: number[] = [];
    for (const text of texts) {
      counts.push(tokenizer.encode(text).ids.length);
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return counts;
  },
});
