/**
 * The memory agent's prompts, in English and Chinese, as JSON for any model and with the tags that QwenLong-L1.5
 * models expect (`<problem>`, `<previous_memory>`, `<memory>`, `<plan>`, `<section>`). Rules of a step: only
 * memorise; whole facts; earlier memory may be wrong; nothing can be read twice; beware of look-alikes.
 */
import type { FoldBudgets, MemoryLine } from '../../../protocol/folds';
import type { ChatMessage } from '../llm/chat-model';
import { fenceRule, fenceSpan, fenceSpans, sampleMark } from '../util/source-fence';
import type { ReplyFormat } from './fold-budgets';
import type { ChunkSpan, FoldChunk } from './chunk-reader';
import type { FoldState } from './fold-state';

export type PromptLanguage = 'en' | 'zh';

interface Wording {
  readonly rules: readonly string[];
  readonly json: string;
  readonly jsonNext: string;
  readonly tags: string;
  readonly tagsNext: string;
  readonly overflow: (dropped: number, tokens: number) => string;
  readonly noSource: string;
  readonly disputed: string;
  readonly retry: (problem: string) => string;
  readonly none: string;
  readonly problem: string;
  readonly memory: string;
  readonly plan: string;
  readonly section: string;
  readonly final: string;
  readonly finalDisputed: string;
  readonly format: string;
  readonly sources: string;
}

const wordings: Readonly<Record<PromptLanguage, Wording>> = {
  en: {
    rules: [
      'You read a long text section by section and keep a memory of what helps to solve the problem.',
      'Only memorise. Do not answer the problem yet.',
      'Write whole facts with their names and numbers, so that they can be understood without the section.',
      'The earlier memory and plan may be wrong: keep what serves the problem, correct or drop the rest.',
      'Each section is shown once and cannot be read again.',
      'Similar names may mean something else: keep only what belongs to the problem.',
      'Where sections contradict each other, keep both facts, each with its own spans.',
    ],
    json: 'Reply with JSON: "memory" lists every fact to keep, old and new, each with the ids of the spans it comes from; "plan" says what is still missing.',
    jsonNext:
      '"next" says what to read next: "search" for words to look for, "file" for a path, "symbol" for a name in code, "enough" when nothing is missing; "what" holds those words, that path or that name.',
    tags: 'Reply with "Updated memory:", then <memory> with one fact a line, each ending with the ids of its spans like [S1], then </memory>, then <plan> with what is still missing, then </plan>.',
    tagsNext:
      'If something else should be read, end the plan with a line "Search: words", "File: path" or "Symbol: name in code"; when nothing is missing, with a line "Enough".',
    overflow: (dropped, tokens) =>
      `The memory was longer than its ${tokens} tokens, so ${dropped} of its facts were dropped. Join facts and leave out what does not serve the problem.`,
    noSource: '[no source]',
    disputed: '(disputed)',
    retry: (problem) =>
      `Your last reply could not be used: ${problem}. Write the whole reply again in the form asked for.`,
    none: '(nothing yet)',
    problem: 'Problem',
    memory: 'Memory so far',
    plan: 'Plan so far',
    section: 'Section',
    final:
      'Answer the problem from the memory and the spans below, and from nothing else. Quote exact words with their span id, like "exact words" [S2]. If they do not say enough, say what is missing. Answer in English.',
    finalDisputed: 'Facts marked (disputed) contradict each other: say so, and name both.',
    format: 'Form of the answer',
    sources: 'Spans',
  },
  zh: {
    rules: [
      '你正在分段阅读一份长文本，并维护一份有助于解决问题的记忆。',
      '只做记录，暂时不要回答问题。',
      '写下完整的事实，包含名称和数字，使其脱离原文也能看懂。',
      '之前的记忆和计划可能有误：保留对问题有用的内容，其余改正或删除。',
      '每一段只出现一次，之后无法再读。',
      '相似的名称可能指别的东西：只保留与问题有关的内容。',
      '不同段落互相矛盾时，两个事实都保留，各附自己的片段编号。',
    ],
    json: '用 JSON 回复："memory" 列出所有要保留的新旧事实，每条附上来源片段的编号；"plan" 说明还缺什么。',
    jsonNext:
      '"next" 说明下一步读什么："search" 表示要搜索的词，"file" 表示文件路径，"symbol" 表示代码中的名称，"enough" 表示什么都不缺；"what" 写出这些词、路径或名称。',
    tags: '先写 "Updated memory:"，再写 <memory>，每行一个事实，行末附来源片段编号如 [S1]，然后 </memory>；再写 <plan> 说明还缺什么，最后 </plan>。',
    tagsNext:
      '还需要读别的内容时，在计划末尾加一行 "Search: 词语"、"File: 路径" 或 "Symbol: 代码名称"；不缺则加一行 "Enough"。',
    overflow: (dropped, tokens) =>
      `记忆超过了 ${tokens} 个 token 的上限，其中 ${dropped} 条事实被丢弃。请合并事实，删去对问题无用的内容。`,
    noSource: '[无来源]',
    disputed: '（有争议）',
    retry: (problem) => `上一次回复无法使用（${problem}）。请按要求的格式重新写出完整回复。`,
    none: '（暂无）',
    problem: '问题',
    memory: '已有记忆',
    plan: '已有计划',
    section: '段落',
    final:
      '只根据下面的记忆和片段回答问题。引用原文并附片段编号，例如 “原文” [S2]。如果信息不足，请说明缺少什么。请用中文回答。',
    finalDisputed: '标有（有争议）的事实互相矛盾：请说明这一点，并写出两种说法。',
    format: '回答形式',
    sources: '片段',
  },
};

export interface StepPromptOptions {
  readonly state: FoldState;
  readonly chunk: FoldChunk;
  readonly format: ReplyFormat;
  readonly language: PromptLanguage;
  /** Why the last reply to this chunk could not be used; null on the first attempt. */
  readonly retryProblem: string | null;
}

export function stepMessages({
  state,
  chunk,
  format,
  language,
  retryProblem,
}: StepPromptOptions): readonly ChatMessage[] {
  const words = wordings[language];
  const memory = formatMemory(state.memory.lines, language);
  const plan = state.memory.plan || words.none;
  const { text: section, mark } = fenceSpans(state.coreQuestion, chunk.spans);
  const overflow = state.overflow === 0 ? [] : [words.overflow(state.overflow, state.budgets.memoryTokens)];
  const retry = retryProblem === null ? [] : [words.retry(retryProblem)];
  const common = [...words.rules, fenceRule(mark, language)];
  // With one retrieval, or none at all, there is nothing to ask for.
  const canAsk = state.budgets.maxHops > 1;
  if (format === 'tags') {
    const rules = [...common, words.tags, ...(canAsk ? [words.tagsNext] : []), ...overflow, ...retry].join('\n');
    const previous = `<previous_memory>\n<memory>\n${memory}\n</memory>\n<plan>\n${plan}\n</plan>\n</previous_memory>`;
    const parts = [rules, tag('problem', state.coreQuestion), previous, tag('section', section), 'Updated memory:'];
    return [{ role: 'user', content: parts.join('\n\n') }];
  }
  const parts = [
    `${words.memory}:\n${memory}`,
    `${words.plan}: ${plan}`,
    `${words.section}:\n${section}`,
    `${words.problem}: ${state.coreQuestion}`,
    // Last, where small models still have it in mind.
    canAsk ? `${words.json} ${words.jsonNext}` : words.json,
  ];
  return [
    { role: 'system', content: [...common, ...overflow, ...retry].join('\n') },
    { role: 'user', content: parts.join('\n\n') },
  ];
}

export interface FinalPromptOptions {
  readonly state: FoldState;
  readonly sources: readonly ChunkSpan[];
  readonly format: ReplyFormat;
  readonly language: PromptLanguage;
  /** What was computed from the sources; empty: nothing. */
  readonly facts: string;
}

/** The last step: the format instruction appears here for the first time. */
export function finalMessages({ state, sources, format, language, facts }: FinalPromptOptions): readonly ChatMessage[] {
  const words = wordings[language];
  const memory = formatMemory(state.memory.lines, language);
  const isDisputed = state.memory.lines.some((line) => line.isDisputed === true);
  const task = isDisputed ? `${words.final} ${words.finalDisputed}` : words.final;
  const form = state.formatInstruction === '' ? [] : [`${words.format}: ${state.formatInstruction}`];
  const fenced = fenceSpans(state.coreQuestion, sources);
  // The same without any, so that what is counted before they are chosen holds.
  const spans = [fenceRule(fenced.mark, language), `${words.sources}:\n${fenced.text}`];
  const known = facts === '' ? [] : [facts];
  const parts =
    format === 'tags'
      ? [task, tag('problem', state.coreQuestion), tag('memory', memory), ...spans, ...known, ...form, 'Your answer:']
      : [task, ...spans, ...known, `${words.memory}:\n${memory}`, `${words.problem}: ${state.coreQuestion}`, ...form];
  return [{ role: 'user', content: parts.join('\n\n') }];
}

/**
 * The JSON Schema of a step's reply. The ids are listed, so that a host with grammars can only name spans that were
 * read. Lists are bounded; texts are not: bounded texts make llama.cpp's grammars many times slower, and the reply's
 * token limit ends a model that runs on (the parser keeps what was whole).
 */
export function stepReplySchema(state: FoldState, chunk: FoldChunk): Readonly<Record<string, unknown>> {
  const canAsk = state.budgets.maxHops > 1;
  const known = state.memory.lines.flatMap((line) => line.spanIds);
  const ids = [...new Set([...chunk.spans.map((span) => span.id), ...known])];
  return {
    type: 'object',
    properties: {
      memory: {
        type: 'array',
        minItems: 1,
        maxItems: maxFacts(state.budgets),
        items: {
          type: 'object',
          properties: {
            fact: { type: 'string' },
            spans: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: ids } },
          },
          required: ['fact', 'spans'],
          additionalProperties: false,
        },
      },
      plan: { type: 'string' },
      ...(canAsk ? { next: { type: 'string', enum: ['search', 'file', 'symbol', 'enough'] } } : {}),
      ...(canAsk ? { what: { type: 'string' } } : {}),
    },
    required: ['memory', 'plan', ...(canAsk ? ['next', 'what'] : [])],
    additionalProperties: false,
  };
}

/** About 65 tokens a fact with its JSON, and 100 for plan and request. */
function maxFacts(budgets: FoldBudgets): number {
  return Math.max(2, Math.min(60, Math.floor((budgets.replyTokens - 100) / 65)));
}

function formatMemory(lines: readonly MemoryLine[], language: PromptLanguage): string {
  return lines.map((line) => formatLine(line, language)).join('\n') || wordings[language].none;
}

/** One fact a line with the ids of its spans; without any it says so. `parse-step-reply.ts` reads the form back. */
export function formatLine(line: MemoryLine, language: PromptLanguage): string {
  const { noSource, disputed } = wordings[language];
  const ids = line.spanIds.length === 0 ? ` ${noSource}` : line.spanIds.map((id) => ` [${id}]`).join('');
  return `- ${line.text}${ids}${line.isDisputed === true ? ` ${disputed}` : ''}`;
}

/** As it stands in a prompt, but for the mark: for counting its tokens. */
export function formatSpan(span: ChunkSpan): string {
  return fenceSpan(span, sampleMark);
}

function tag(name: string, content: string): string {
  return `<${name}>\n${content}\n</${name}>`;
}
