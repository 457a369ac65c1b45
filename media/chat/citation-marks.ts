/**
 * Turns the marks `[S3]` of a rendered answer into what became of their check: a button to the source when the
 * quote was verified, a plain mark with the reason when it was not, plain text when nothing was claimed.
 */
import type { Citation } from '../../protocol/evidence';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { button, el, format } from '../shared/dom';
import { citationRange, placeText, type OpenSource } from '../shared/place';

const markPattern = /[[【(（]\s*(S\d+(?:\s*(?:[,;、，]|and|和)\s*S\d+)*)\s*[\]】)）]/g;

export function linkCitations(
  root: DocumentFragment | HTMLElement,
  citations: readonly Citation[],
  open: OpenSource,
  strings: WebviewStrings,
): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode);
  let before = '';
  for (const text of texts) {
    const content = text.data;
    if (!text.parentElement?.closest('code, pre')) {
      const parts = splitAtMarks(content, before, citations, open, strings);
      if (parts) text.replaceWith(...parts);
    }
    before += content;
  }
}

/** Null when the text has no mark. `before` is the answer's text up to here. */
function splitAtMarks(
  content: string,
  before: string,
  citations: readonly Citation[],
  open: OpenSource,
  strings: WebviewStrings,
): readonly (Node | string)[] | null {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of content.matchAll(markPattern)) {
    const read = before + content.slice(0, match.index);
    parts.push(content.slice(end, match.index));
    for (const id of match[1]?.match(/S\d+/g) ?? []) {
      const citation = findCitation(id, read, citations);
      parts.push(citation ? citationMark(id, citation, open, strings) : `[${id}]`);
    }
    end = match.index + match[0].length;
  }
  return end === 0 ? null : [...parts, content.slice(end)];
}

/** Of several quotes from one span, the one that stands nearest before the mark. */
function findCitation(id: string, before: string, citations: readonly Citation[]): Citation | undefined {
  const read = collapse(before);
  const found = citations
    .filter((citation) => citation.spanId === id)
    .map((citation) => ({ citation, at: read.lastIndexOf(collapse(citation.quote)) }))
    .sort((left, right) => right.at - left.at);
  return found[0]?.citation;
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function citationMark(id: string, citation: Citation, open: OpenSource, strings: WebviewStrings): HTMLElement {
  const range = citationRange(citation);
  if (!range) {
    const reason = citation.problem ?? strings.notVerified;
    return el('span', {
      class: 'mark failed',
      text: `⚠ ${id}`,
      title: reason,
      label: `${id} ${strings.notVerified}: ${reason}`,
    });
  }
  const label = `${format(strings.openPlace, placeText(range))}, ${strings.verified}`;
  return button({ class: 'mark verified', text: `✓ ${id}`, title: label, label }, () => open(range));
}
