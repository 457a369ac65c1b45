/** The reply in which a model writes a calculation: its JSON schema, and a tolerant reader. */
import type { WrittenOperand } from './resolve-operands';

export type WrittenCalculation =
  | { readonly form: 'expression'; readonly calculation: string; readonly operands: readonly WrittenOperand[] }
  | { readonly form: 'query'; readonly calculation: string };
export type ReplyParse =
  | { readonly kind: 'parsed'; readonly written: WrittenCalculation }
  /** Nothing has to be calculated, or the text does not say enough. */
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly problem: string };

// No lengths: bounded texts make llama.cpp's grammars many times slower, and the token limit ends a reply that runs on.
const text = { type: 'string' } as const;

/** `operands` before `calculation`: a model names what it has before it calculates. Without tables there is no query. */
export function replySchema(hasTables: boolean): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: {
      form: { type: 'string', enum: hasTables ? ['expression', 'query', 'none'] : ['expression', 'none'] },
      operands: {
        type: 'array',
        maxItems: 12,
        items: {
          type: 'object',
          properties: {
            name: text,
            span: text,
            quote: text,
            value: text,
          },
          required: ['name', 'span', 'quote', 'value'],
          additionalProperties: false,
        },
      },
      calculation: text,
    },
    required: ['form', 'operands', 'calculation'],
    additionalProperties: false,
  };
}

export function parseReply(reply: string): ReplyParse {
  const value = readObject(reply);
  if (value === null) return { kind: 'bad', problem: 'The reply is not a JSON object.' };
  const calculation = typeof value['calculation'] === 'string' ? value['calculation'].trim() : '';
  const isQuery = value['form'] === 'query' || /^select\b/i.test(calculation);
  if (value['form'] === 'none' || calculation === '') return { kind: 'none' };
  if (isQuery) return { kind: 'parsed', written: { form: 'query', calculation } };
  const operands = Array.isArray(value['operands']) ? value['operands'].flatMap(toOperand) : [];
  return { kind: 'parsed', written: { form: 'expression', calculation, operands } };
}

function toOperand(item: unknown): readonly WrittenOperand[] {
  if (typeof item !== 'object' || item === null) return [];
  const record: Readonly<Record<string, unknown>> = { ...item };
  const part = (name: string): string => {
    const value = record[name];
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  };
  return [{ name: part('name'), span: part('span'), quote: part('quote'), value: part('value') }];
}

function readObject(reply: string): Readonly<Record<string, unknown>> | null {
  const [start, end] = [reply.indexOf('{'), reply.lastIndexOf('}')];
  if (start < 0 || end < start) return null;
  try {
    const value: unknown = JSON.parse(reply.slice(start, end + 1));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
