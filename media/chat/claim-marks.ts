/**
 * Draws what became of each sentence of an answer: struck out with the reason, marked as from another source or from
 * none. Sentences are found again in the rendered Markdown by two private characters put around them before.
 */
import type { ClaimCheck, ClaimStatus } from '../../protocol/evidence';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { el } from '../shared/dom';

/** Private-use characters: no font or file gives them a meaning, and the answer's own are replaced. */
const [opening, closing] = ['\ue0f0', '\ue0f1'];
const shown: readonly ClaimStatus[] = ['struck', 'misplaced', 'notFromFiles'];

export interface MarkedAnswer {
  readonly markdown: string;
  /** The claims that are marked, in the order of their marks. */
  readonly claims: readonly ClaimCheck[];
}

export function markClaims(answer: string, claims: readonly ClaimCheck[]): MarkedAnswer {
  const clean = answer.replaceAll(/[\ue0f0\ue0f1]/g, '\ufffd');
  const marked = claims.filter(({ status, start, end }) => shown.includes(status) && isInline(clean.slice(start, end)));
  let markdown = '';
  let at = 0;
  for (const { start, end } of marked) {
    markdown += `${clean.slice(at, start)}${opening}${clean.slice(start, end)}${closing}`;
    at = end;
  }
  return { markdown: markdown + clean.slice(at), claims: marked };
}

/** Characters in front of a block's signs would make them plain text. */
function isInline(text: string): boolean {
  return !/^\s*(?:```|~~~|\||#|>)|\n\s*(?:```|~~~|\||#|>|[-*+]\s|\n)/.test(text);
}

export function drawClaims(
  root: DocumentFragment | HTMLElement,
  claims: readonly ClaimCheck[],
  strings: WebviewStrings,
): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode);
  let next = 0;
  let current: ClaimCheck | null = null;
  for (const text of texts) {
    const parts: (Node | string)[] = [];
    for (const part of text.data.split(/([\ue0f0\ue0f1])/)) {
      if (part === opening) current = claims[next++] ?? null;
      else if (part === closing) {
        if (current) parts.push(drawBadge(current, strings));
        current = null;
      } else if (part !== '') parts.push(current ? drawPart(part, current) : part);
    }
    text.replaceWith(...parts);
  }
}

function drawPart(text: string, claim: ClaimCheck): HTMLElement {
  return el(claim.status === 'struck' ? 's' : 'span', {
    class: `claim ${claim.status}`,
    text,
    title: claim.problem ?? '',
  });
}

function drawBadge(claim: ClaimCheck, strings: WebviewStrings): HTMLElement {
  const text = claim.status === 'notFromFiles' ? strings.notFromFiles : (claim.problem ?? strings.notVerified);
  return el('span', { class: `claim-reason ${claim.status}`, text: ` (${text})`, role: 'note' });
}
