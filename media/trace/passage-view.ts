/** A passage that the critic read: the kept text as it stands, the dropped text dimmed. Kept plus dropped is the text. */
import type { CompressedPassage } from '../../protocol/evidence';
import { el } from '../shared/dom';
import { placeLink } from '../shared/place';
import type { TraceContext } from './trace-context';

export function drawPassage(passage: CompressedPassage, { open, strings }: TraceContext): HTMLElement {
  const keepsAny = passage.kept.length > 0;
  return el('div', { class: keepsAny ? 'passage' : 'passage nothing-kept' }, [
    el('div', { class: 'passage-head' }, [placeLink(passage, open, strings)]),
    el('pre', { class: 'passage-text' }, drawRuns(passage)),
  ]);
}

function drawRuns({ text, kept }: CompressedPassage): readonly Node[] {
  const runs: Node[] = [];
  let at = 0;
  for (const [start, end] of kept) {
    if (start > at) runs.push(el('span', { class: 'dropped', text: text.slice(at, start) }));
    runs.push(el('span', { class: 'kept', text: text.slice(Math.max(start, at), end) }));
    at = Math.max(at, end);
  }
  if (at < text.length) runs.push(el('span', { class: 'dropped', text: text.slice(at) }));
  return runs;
}
