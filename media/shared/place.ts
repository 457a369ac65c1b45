/** A place in a file as `path:line` or `path:from-to`; a button where a click can open it. */
import type { Citation, SourceRange } from '../../protocol/evidence';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { button, el, format } from './dom';

export type OpenSource = (range: SourceRange) => void;

export function placeText(range: Pick<SourceRange, 'path' | 'startLine' | 'endLine' | 'place'>): string {
  // Lines of a spreadsheet's text say nothing to who has it before them; its own notation does, in any language.
  if (range.place?.kind === 'cell') return `${range.path} (${range.place.sheet}!${range.place.range})`;
  const lines = range.startLine === range.endLine ? `${range.startLine}` : `${range.startLine}-${range.endLine}`;
  return `${range.path}:${lines}`;
}

/** `open` is null on a page outside the editor: the place is then plain text. */
export function placeLink(range: SourceRange, open: OpenSource | null, strings: WebviewStrings): HTMLElement {
  const text = placeText(range);
  if (!open) return el('span', { class: 'place', text });
  const { path, start, end, startLine, endLine, place } = range;
  const label = format(strings.openPlace, text);
  return button({ class: 'place link', text, title: label, label }, () =>
    open({ path, start, end, startLine, endLine, ...(place ? { place } : {}) }),
  );
}

/** The slice that a verified citation stands for; null for one that must not be linked. */
export function citationRange(citation: Citation): SourceRange | null {
  const { path, start, end, startLine, endLine, place, verified } = citation;
  if (!verified || path === null || start === null || end === null || startLine === null || endLine === null)
    return null;
  return { path, start, end, startLine, endLine, ...(place ? { place } : {}) };
}
