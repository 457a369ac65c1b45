/**
 * The steps in time: one folding block an event, with a bar for its share of the whole time. A body is drawn when
 * its block is opened first, so that a trace with many long passages shows at once.
 */
import type { TraceEvent } from '../../protocol/trace-events';
import { el } from '../shared/dom';
import { eventDurationMs, eventTitle, eventTokens } from './event-title';
import { drawBody } from './event-view';
import type { TraceContext } from './trace-context';

/** Open from the start: what a reader of a trace comes for. */
const openKinds: ReadonlySet<TraceEvent['kind']> = new Set([
  'compressionFinished',
  'foldStepFinished',
  'answerWritten',
  'verificationFinished',
  'stepFailed',
]);

export class TimelineView {
  readonly element = el('ol', { class: 'timeline' });
  private readonly blocks: {
    readonly details: HTMLDetailsElement;
    readonly bar: HTMLElement;
    readonly event: TraceEvent;
  }[] = [];

  constructor(private readonly context: TraceContext) {}

  append(events: readonly TraceEvent[]): void {
    // Deltas only repeat what the written answer says whole.
    for (const event of events) if (event.kind !== 'answerDelta') this.add(event);
    const longestMs = Math.max(1, ...this.blocks.map(({ event }) => eventDurationMs(event) ?? 0));
    for (const { bar, event } of this.blocks) {
      bar.style.setProperty('--share', String((eventDurationMs(event) ?? 0) / longestMs));
    }
  }

  setAllOpen(isOpen: boolean): void {
    for (const { details } of this.blocks) details.open = isOpen;
  }

  /** While a question runs, each batch brings a new ranking; only the last of a hop is worth a line. */
  private dropOldRanking(event: TraceEvent): void {
    if (event.kind !== 'evidenceRanked') return;
    const old = this.blocks.findIndex(({ event: known }) => known.kind === event.kind && known.hop === event.hop);
    if (old >= 0) this.blocks.splice(old, 1)[0]?.details.closest('li')?.remove();
  }

  private add(event: TraceEvent): void {
    this.dropOldRanking(event);
    const { figures } = this.context;
    const durationMs = eventDurationMs(event);
    const bar = el('span', { class: 'bar' });
    bar.setAttribute('aria-hidden', 'true');
    const summary = el('summary', {}, [
      el('span', { class: 'at', text: figures.duration(event.atMs) }),
      el('span', { class: 'title', text: eventTitle(event, this.context) }),
      el('span', { class: 'tokens', text: eventTokens(event, this.context) }),
      el('span', { class: 'duration', text: durationMs === null ? '' : figures.duration(durationMs) }),
      bar,
    ]);
    const details = el('details', { class: `event ${event.kind}` }, [summary]);
    const draw = (): void => {
      if (!details.open || details.childElementCount > 1) return;
      const body = drawBody(event, this.context);
      if (body) details.append(el('div', { class: 'body' }, [body]));
    };
    details.addEventListener('toggle', draw);
    details.open = openKinds.has(event.kind);
    draw();
    this.blocks.push({ details, bar, event });
    this.element.append(el('li', {}, [details]));
  }
}
