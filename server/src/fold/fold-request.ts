/** What a plan may ask for next (words to search, a file, a symbol, or enough): read tolerantly, compared, described. */
import type { FoldRequest } from '../../../protocol/folds';

/** A longer wish is no search any more. */
const maxRequestChars = 300;

/** `kind` and `what` as the model wrote them; null where nothing usable is asked for. */
export function parseRequest(kind: unknown, what: unknown): FoldRequest | null {
  const name = typeof kind === 'string' ? kind.trim().toLowerCase() : '';
  if (/^(?:enough|done|finish(?:ed)?|stop|足够|够了)$/.test(name)) return { kind: 'enough' };
  const text = usableText(what);
  if (text === null || /^(?:none|nothing|无|没有)$/.test(name)) return null;
  switch (name) {
    case 'file':
    case '文件':
      return { kind: 'file', path: text.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '') };
    case 'symbol':
    case 'function':
    case 'class':
    case '符号':
      return { kind: 'symbol', name: text.replace(/\(.*$/s, '').replaceAll(/[`'"]/g, '').trim() };
    default:
      return { kind: 'search', query: text };
  }
}

/** Two requests with the same key find the same: words in any order and case, a path, a name. */
export function requestKey(request: FoldRequest): string {
  switch (request.kind) {
    case 'search':
      return (request.query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).toSorted().join(' ');
    case 'file':
      return `file:${request.path.toLowerCase()}`;
    case 'symbol':
      return `symbol:${request.name}`;
    case 'enough':
      return 'enough';
  }
}

/** What retrieval looks for, as words. */
export function requestText(request: FoldRequest): string {
  switch (request.kind) {
    case 'search':
      return request.query;
    case 'file':
      return request.path;
    case 'symbol':
      return request.name;
    case 'enough':
      return '';
  }
}

function usableText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim().slice(0, maxRequestChars);
  const isEmpty = /^(?:none|nothing|enough|no|n\/a|null|无|没有)\.?$/i.test(text);
  return /[\p{L}\p{N}]{2}|\p{Script=Han}/u.test(text) && !isEmpty ? text : null;
}
