/**
 * Reads a fold step's reply, in JSON or in QwenLong tags, tolerantly: code fences, text around it, trailing commas and
 * a cut end are mended; what stays unreadable is a plain sentence that the retry can show to the model.
 */
import type { FoldRequest, MemoryLine } from '../../../protocol/folds';
import { parseRequest } from './fold-request';

export interface StepReply {
  readonly lines: readonly MemoryLine[];
  readonly plan: string;
  /** What the plan asks for next; null when it names nothing. */
  readonly next: FoldRequest | null;
}
export type StepParse =
  { readonly kind: 'parsed'; readonly reply: StepReply } | { readonly kind: 'bad'; readonly problem: string };

export function parseJsonReply(text: string): StepParse {
  const value = parseTolerantJson(text);
  if (value === undefined) return { kind: 'bad', problem: 'the reply is not a JSON object' };
  const memory = value['memory'];
  if (!Array.isArray(memory)) return { kind: 'bad', problem: 'the reply has no list "memory"' };
  const lines = memory.flatMap(toLine);
  const plan = typeof value['plan'] === 'string' ? value['plan'].trim() : '';
  if (lines.length === 0 && plan === '') return { kind: 'bad', problem: '"memory" and "plan" are both empty' };
  return { kind: 'parsed', reply: { lines, plan, next: toRequest(value) } };
}

/** `Updated memory:` with `<memory>` and `<plan>`; a last tag that the token limit cut off may miss its end. */
export function parseTagReply(text: string): StepParse {
  const memory = tagContent(text, 'memory');
  if (memory === null) return { kind: 'bad', problem: 'the reply has no <memory> … </memory>' };
  const plan = (tagContent(text, 'plan') ?? '').trim();
  const lines = parseMemoryText(memory);
  if (lines.length === 0 && plan === '') return { kind: 'bad', problem: '<memory> and <plan> are both empty' };
  return { kind: 'parsed', reply: { lines, plan, next: requestInPlan(plan) } };
}

/** A fact a line, with or without a bullet, each with its ids in brackets: as prompts and people write a memory. */
export function parseMemoryText(text: string): readonly MemoryLine[] {
  return text.split('\n').flatMap((line) => nonEmpty(splitIds(line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, ''))));
}

/** Takes ids in brackets out of a line: `fact [S1][S2]` is the fact and its two spans. */
export function splitIds(line: string): MemoryLine {
  const spanIds: string[] = [];
  const text = line.replaceAll(/\s*[[(【]\s*(S\d+(?:\s*[,;、，]\s*S\d+)*)\s*[\])】]/g, (_whole, ids: string) => {
    spanIds.push(...(ids.match(/S\d+/g) ?? []));
    return '';
  });
  return { text: text.replaceAll(promptMarks, '').trim(), spanIds: [...new Set(spanIds)] };
}

/** What the prompt adds to lines of the memory; models copy it. */
const promptMarks = /\s*[[(（【](?:no source|disputed|无来源|有争议)[\])）】]/giu;

function toLine(item: unknown): readonly MemoryLine[] {
  if (typeof item === 'string') return nonEmpty(splitIds(item));
  const record = asRecord(item);
  const fact = record?.['fact'] ?? record?.['text'];
  if (typeof fact !== 'string') return [];
  const spans = record?.['spans'];
  const listed = (Array.isArray(spans) ? spans : [spans]).flatMap((id) =>
    typeof id === 'string' ? (id.match(/S\d+/g) ?? []) : typeof id === 'number' ? [`S${id}`] : [],
  );
  const line = splitIds(fact);
  return nonEmpty({ text: line.text, spanIds: [...new Set([...line.spanIds, ...listed])] });
}

function nonEmpty(line: MemoryLine): readonly MemoryLine[] {
  return line.text === '' ? [] : [line];
}

/** `"next": "file", "what": "a.md"`, as asked for; nested or under older names it is understood too. */
function toRequest(value: Readonly<Record<string, unknown>>): FoldRequest | null {
  const next = asRecord(value['next']);
  if (next === undefined) {
    const kind = value['next'] ?? 'search';
    return parseRequest(kind, value['what'] ?? value['search']);
  }
  return parseRequest(next['kind'], next['what'] ?? next['query'] ?? next['path'] ?? next['name']);
}

/** The last line of the plan that asks for something: `Search: words`, `File: path`, `Symbol: name`, `Enough`. */
function requestInPlan(plan: string): FoldRequest | null {
  const asked = /^\s*(?:[-*•]\s*)?(search|query|file|symbol|搜索|检索|文件|符号)\s*[:：]\s*(.+)$/i;
  for (const line of plan.split('\n').toReversed()) {
    if (/^\s*(?:[-*•]\s*)?(?:enough|足够|够了)\s*[.。]?\s*$/i.test(line)) return { kind: 'enough' };
    const [, kind, what] = asked.exec(line) ?? [];
    const request = kind === undefined ? null : parseRequest(kind, what);
    if (request !== null) return request;
  }
  return null;
}

function tagContent(text: string, tag: string): string | null {
  // The last one counts: a model may repeat the previous memory before it writes the new one.
  const start = text.lastIndexOf(`<${tag}>`);
  if (start < 0) return null;
  const from = start + tag.length + 2;
  const rest = text.slice(from);
  const end = rest.search(new RegExp(`</${tag}>|<(?:plan|memory)>`));
  return end < 0 ? rest : rest.slice(0, end);
}

function parseTolerantJson(text: string): Readonly<Record<string, unknown>> | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  const body = text.slice(start);
  for (const candidate of [body, cutAtBalance(body)]) {
    const value = tryParse(candidate) ?? tryParse(candidate.replaceAll(/,(\s*[\]}])/g, '$1'));
    if (value !== undefined) return value;
  }
  return tryParse(closeCutJson(body));
}

function tryParse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

interface JsonScan {
  /** Closing brackets still owed at this place, innermost first. */
  readonly owed: string;
  readonly isInString: boolean;
  /** Offset behind the outermost object, or -1. */
  readonly end: number;
  /** Last place where an array item or object member was complete, and what was owed there. */
  readonly safe: { readonly at: number; readonly owed: string } | null;
}

function scanJson(text: string): JsonScan {
  let owed = '';
  let isInString = false;
  let safe: JsonScan['safe'] = null;
  for (let idx = 0; idx < text.length; idx += 1) {
    const char = text.charAt(idx);
    if (isInString) {
      if (char === '\\') idx += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === '{' || char === '[') owed = (char === '{' ? '}' : ']') + owed;
    else if (char === '}' || char === ']') {
      owed = owed.slice(1);
      safe = { at: idx + 1, owed };
      if (owed === '') return { owed, isInString, end: idx + 1, safe };
    } else if (char === ',') safe = { at: idx, owed };
  }
  return { owed, isInString, end: -1, safe };
}

function cutAtBalance(text: string): string {
  const { end } = scanJson(text);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Ends a reply that the token limit cut. A fact cut in its middle may say something else (30 of 3000), so the text
 * goes back to the last whole item; only a reply without any whole item is closed where it stands.
 */
function closeCutJson(text: string): string {
  const scan = scanJson(text);
  const whole = scan.safe === null ? '' : text.slice(0, scan.safe.at) + scan.safe.owed;
  const memory = tryParse(whole)?.['memory'];
  if (Array.isArray(memory) && memory.length > 0) return whole;
  return `${text.replace(/\\$/, '')}${scan.isInString ? '"' : ''}${scan.owed}`;
}
