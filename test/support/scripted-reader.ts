/**
 * Reads in place of a model, by rules: it sees the prompt's text and nothing else, and its replies go through the real
 * parser. It keeps every sentence that speaks of what the problem speaks of (keeper, boat, moored), follows the names
 * from fact to fact in the end, and says what it does not know.
 */
import type { ChatModel, ChatReply, ChatRequest } from '../../server/src/llm/chat-model';

export interface ReaderUsage {
  /** Milliseconds inside `chat`, and tokens that it wrote. */
  busyMs: number;
  completionTokens: number;
  calls: number;
}

export interface ReaderOptions {
  readonly windowTokens: number;
  /** Changes a reply before it is given, as a model that errs would; the prompt and the number of the call are known. */
  readonly spoil?: (reply: string, prompt: string, call: number) => string;
  /** What the plan asks for, out of the prompt. */
  readonly next?: (prompt: string) => readonly [kind: string, what: string];
}

const relation = /\b(?:keeper|boat|moored)\b/;

export function createScriptedReader({
  windowTokens,
  spoil,
  next,
}: ReaderOptions): ChatModel & { readonly usage: ReaderUsage } {
  const usage: ReaderUsage = { busyMs: 0, completionTokens: 0, calls: 0 };
  const chat = (request: ChatRequest): ChatReply => {
    const prompt = request.messages.map((message) => message.content).join('\n\n');
    const written = request.jsonSchema === undefined ? writeAnswer(prompt) : writeStep(prompt, next);
    usage.calls += 1;
    const text = spoil?.(written, prompt, usage.calls) ?? written;
    const tokens = { promptTokens: countTokens(prompt), completionTokens: countTokens(text) };
    usage.completionTokens += tokens.completionTokens;
    return { text, thinking: '', ...tokens, finish: 'stop', durationMs: 1 };
  };
  return {
    id: 'test:reader',
    windowTokens,
    usage,
    countTokens: (text) => Promise.resolve(countTokens(text)),
    chat: (request, { onText }) => {
      const started = performance.now();
      const reply = chat(request);
      usage.busyMs += performance.now() - started;
      if (request.jsonSchema === undefined) onText?.(reply.text);
      return Promise.resolve(reply);
    },
    dispose: () => Promise.resolve(),
  };
}

function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function writeStep(prompt: string, next: ReaderOptions['next']): string {
  const memory = memoryLines(prompt);
  const known = new Set(memory.map((line) => line.fact));
  for (const { id, text } of sectionSpans(prompt)) {
    for (const sentence of text.match(/[A-Z][^.]*\./g) ?? []) {
      if (!relation.test(sentence) || known.has(sentence)) continue;
      known.add(sentence);
      memory.push({ fact: sentence, spans: [id] });
    }
  }
  const [kind, what] = next?.(prompt) ?? ['enough', ''];
  const asks = prompt.includes('"next"') ? { next: kind, what } : {};
  return JSON.stringify({ memory, plan: `${memory.length} facts so far`, ...asks });
}

function writeAnswer(prompt: string): string {
  const facts = memoryLines(prompt);
  const follow = (pattern: RegExp): { readonly name: string; readonly from: string } | null => {
    for (const { fact, spans } of facts) {
      const name = pattern.exec(fact)?.[1];
      if (name !== undefined) return { name, from: `"${fact}" [${spans[0] ?? '?'}]` };
    }
    return null;
  };
  const stations = /keepers of (.*?) moored/.exec(prompt)?.[1]?.split(', ') ?? [];
  const found = stations.map((station) => {
    const keeper = follow(new RegExp(`^The keeper of ${station} is (\\w+)\\.`));
    const boat = keeper && follow(new RegExp(`^The boat of ${keeper.name} is the (\\w+)\\.`));
    const harbour = boat && follow(new RegExp(`^The ${boat.name} is moored at (\\w+)\\.`));
    return harbour ?? { name: 'unknown', from: '' };
  });
  const sources = found.map(({ from }) => from).join(' ');
  return `${sources}\nTherefore, the answer is ${found.map(({ name }) => name).join(', ')}`;
}

function memoryLines(prompt: string): { fact: string; spans: string[] }[] {
  const block = /Memory so far:\n([\s\S]*?)\n\n/.exec(prompt)?.[1] ?? '';
  return block.split('\n').flatMap((line) => {
    const fact = /^- (.*?)(?: \[[^\]]*\]| \(disputed\))*$/.exec(line)?.[1];
    return fact === undefined ? [] : [{ fact, spans: line.match(/S\d+(?=\])/g) ?? [] }];
  });
}

function sectionSpans(prompt: string): readonly { readonly id: string; readonly text: string }[] {
  const start = prompt.indexOf('\n\nSection:\n');
  const section = prompt.slice(start, prompt.lastIndexOf('\n\nProblem: '));
  return section.split(/\n(?=\[(?:S\d+|end)\] \S+(?: #\d{8})?(?:\n|$))/).flatMap((part) => {
    const [, id, text] = /^\[(S\d+)\] \S+ #\d{8}\n([\s\S]*)$/.exec(part) ?? [];
    return id === undefined || text === undefined ? [] : [{ id, text }];
  });
}
