/** What the tests of the remote critic share: a server, a critic that asks it, and labels as readable text. */
import { afterEach } from 'vitest';
import type { CriticContext, CriticOptions, LabelledContext } from '../../../server/src/critic/critic';
import { RemoteCritic, type RemoteCriticOptions } from '../../../server/src/critic/remote-critic';
import { startCprsServer, type CprsScript, type CprsServer } from '../../support/cprs-server';

export const noAbort = new AbortController().signal;
export const instruction =
  "Extract what helps to answer the question.\n## tagging rule:\n- tag the supporting facts with 'fact'";

export interface Bench {
  readonly server: CprsServer;
  readonly critic: RemoteCritic;
  /** Lines of the log, each behind its level, with the host masked. */
  readonly log: readonly string[];
}

let opened: Bench[] = [];
afterEach(async () => {
  for (const { server, critic } of opened) {
    await critic.dispose();
    await server.close();
  }
  opened = [];
});

export async function openBench(script: CprsScript = {}, options: Partial<RemoteCriticOptions> = {}): Promise<Bench> {
  const server = await startCprsServer(script);
  const log: string[] = [];
  const write = (level: string) => (message: string) => {
    log.push(`${level}: ${message.replaceAll(server.url, 'HOST')}`);
  };
  const logger = { info: write('info'), warn: write('warn'), error: write('error') };
  const limits = { loadMs: 5_000, promptTokenMs: 0, writingMs: 5_000 };
  const critic = new RemoteCritic({ url: server.url, allowRemoteHosts: false, logger, limits, ...options });
  const bench = { server, critic, log };
  opened.push(bench);
  return bench;
}

export function label(
  { critic }: Pick<Bench, 'critic'>,
  question: string,
  texts: readonly string[],
  options: Partial<CriticOptions> = {},
): Promise<readonly LabelledContext[]> {
  return critic.label({ instruction, question, contexts: toContexts(texts) }, { signal: noAbort, ...options });
}

export function toContexts(texts: readonly string[]): readonly CriticContext[] {
  return texts.map((text, place) => ({ id: `c${place}`, text }));
}

/** One letter a token: the label that wins. */
export function winners({ logits }: LabelledContext): string {
  return Array.from({ length: logits.length / 4 }, (_, token) => {
    const four = [...logits.subarray(4 * token, 4 * token + 4)];
    return 'BIOE'[four.indexOf(Math.max(...four))];
  }).join('');
}

/** The text of each stretch of winning B, I, E. */
export function markedTexts(text: string, labelled: LabelledContext): readonly string[] {
  const { starts, ends } = labelled;
  return [...winners(labelled).matchAll(/B[IE]*/g)].map((match) =>
    text.slice(starts[match.index], ends[match.index + match[0].length - 1]),
  );
}

/** The sentence of a failure, with the host masked. */
export async function failure(work: Promise<unknown>, { server }: Pick<Bench, 'server'>): Promise<string> {
  try {
    return `no failure: ${JSON.stringify(await work)}`;
  } catch (error) {
    return String(error).replaceAll(server.url, 'HOST');
  }
}
