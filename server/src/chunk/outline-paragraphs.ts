/** Plain text → paragraphs: blocks of lines between blank lines. */
import type { OutlineNode } from './outline';

export function paragraphsOf(text: string, startOffset: number, endOffset: number): readonly OutlineNode[] {
  const nodes: OutlineNode[] = [];
  const blank = /\n[ \t\r]*\n\s*/g;
  const slice = text.slice(startOffset, endOffset);
  let start = 0;
  for (const match of slice.matchAll(blank)) {
    add(start, match.index);
    start = match.index + match[0].length;
  }
  add(start, slice.length);
  return nodes;

  function add(from: number, to: number): void {
    if (to > from) nodes.push({ startOffset: startOffset + from, endOffset: startOffset + to, name: '', children: [] });
  }
}

export function outlineParagraphs(text: string): OutlineNode {
  return { startOffset: 0, endOffset: text.length, name: '', children: paragraphsOf(text, 0, text.length) };
}
