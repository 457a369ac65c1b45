/** The prompt in which a model is asked for a calculation instead of a number, in English and Chinese. */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { ChatMessage } from '../llm/chat-model';
import type { TableSummary } from '../workers/compute-protocol';

export type ComputeLanguage = 'en' | 'zh';

interface Wording {
  readonly task: string;
  readonly expression: string;
  readonly query: string;
  readonly none: string;
  readonly tables: string;
  readonly rows: string;
  readonly question: string;
  readonly retry: (problem: string) => string;
}

const wordings: Readonly<Record<ComputeLanguage, Wording>> = {
  en: {
    task: 'Do not calculate. Write down the calculation that answers the question as JSON; a program works it out exactly.',
    expression:
      'form "expression": "operands" lists each number of the text that is needed: a "name" (a, b, c), the "span" it stands in (S1), a "quote" of some words around it, and its "value" exactly as written there. "calculation" is then a formula over the names, such as (a - b) / b, with + - * / ^ and sum, avg, median, min, max, count, round(x, decimals), percent(part, whole), pct_change(before, after).',
    query:
      'form "query": "operands" is empty and "calculation" is one SELECT over the tables below, such as SELECT sum(column) FROM table WHERE name = \'x\', with WHERE, GROUP BY, ORDER BY, LIMIT and the same functions.',
    none: 'form "none": nothing has to be calculated, or the numbers are not there.',
    tables: 'Tables',
    rows: 'rows',
    question: 'Question',
    retry: (problem) => `Your last calculation could not be used: ${problem} Write it again.`,
  },
  zh: {
    task: '不要自己计算。请用 JSON 写出能回答问题的算式，由程序精确计算。',
    expression:
      'form "expression"："operands" 列出需要的每个数字："name" 为名称（a、b、c），"span" 为所在片段（S1），"quote" 为其前后的原文，"value" 为原文中的数字写法。"calculation" 是用这些名称写的算式，例如 (a - b) / b，可用 + - * / ^ 以及 sum、avg、median、min、max、count、round(x, 小数位)、percent(部分, 整体)、pct_change(之前, 之后)。',
    query:
      'form "query"："operands" 为空，"calculation" 为针对下列表格的一条 SELECT，例如 SELECT sum(列) FROM 表 WHERE 名称 = \'x\'，可用 WHERE、GROUP BY、ORDER BY、LIMIT 和上述函数。',
    none: 'form "none"：无需计算，或缺少数字。',
    tables: '表格',
    rows: '行',
    question: '问题',
    retry: (problem) => `上一个算式无法使用：${problem} 请重写。`,
  },
};

export interface ComputePromptOptions {
  readonly question: string;
  readonly language: ComputeLanguage;
  readonly evidence: readonly EvidenceSpan[];
  readonly tables: readonly TableSummary[];
  /** Why the last calculation could not be used; null on the first attempt. */
  readonly retryProblem: string | null;
}

export function computeMessages(options: ComputePromptOptions): readonly ChatMessage[] {
  const { question, language, evidence, tables, retryProblem } = options;
  const words = wordings[language];
  const spans = evidence.map(({ id, text }) => `[${id}] ${text}`).join('\n\n');
  const parts = [
    words.task,
    words.expression,
    ...(tables.length > 0 ? [words.query] : []),
    words.none,
    `<text>\n${spans}\n</text>`,
    ...(tables.length > 0 ? [`${words.tables}:\n${tables.map((table) => describe(table, words)).join('\n')}`] : []),
    `${words.question}: ${question}`,
    ...(retryProblem === null ? [] : [words.retry(retryProblem)]),
  ];
  return [{ role: 'user', content: parts.join('\n\n') }];
}

/** More columns would fill a small window. */
const maxColumns = 24;

/** `sales(region text, amount number in $) 12 rows; first: north, $3` */
function describe({ name, columns, rowCount, sample }: TableSummary, words: Wording): string {
  const shown = columns.slice(0, maxColumns).map((column) => {
    const unit = column.unit === '' ? '' : ` in ${column.unit}`;
    return `${column.name} ${column.kind}${unit}`;
  });
  const first = (sample[0] ?? []).slice(0, maxColumns).join(' | ');
  return `${name}(${shown.join(', ')}) ${rowCount} ${words.rows}: ${first}`;
}
