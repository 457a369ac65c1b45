/**
 * The trace page, in the editor (events by message) or on its own (events in `#trace-data`, no links). It draws
 * what the events say; file text, prompts and replies are only ever set as text.
 */
import type { TraceEvent } from '../../protocol/trace-events';
import type { CitedPlace, FromTrace, ToTrace } from '../../protocol/webview-messages';
import { englishStrings, type WebviewStrings } from '../../protocol/webview-strings';
import { button, el, findApp, format } from '../shared/dom';
import { connectHost, reportErrors } from '../shared/host';
import type { OpenSource } from '../shared/place';
import { AnchorMarks } from './anchor-marks';
import { createFigures } from './format-figures';
import { drawHeader } from './header-view';
import { TimelineView } from './timeline-view';
import type { TraceContext } from './trace-context';

type Fork = (step: number, memory: string, plan: string) => void;

class TracePage {
  private readonly context: TraceContext;
  private readonly timeline: TimelineView;
  private readonly main = el('main', { class: 'trace' });
  private events: readonly TraceEvent[] = [];
  private header: HTMLElement;

  constructor(strings: WebviewStrings, language: string, open: OpenSource | null, fork: Fork | null) {
    const figures = createFigures(language);
    this.context = {
      ...{ strings, language, figures, open, anchors: new AnchorMarks(strings) },
      // Steps are counted over all parts of the question.
      fork: fork && ((step, memory, plan) => fork(this.stepsUntil(step), memory, plan)),
    };
    this.timeline = new TimelineView(this.context);
    this.header = drawHeader([], this.context);
    this.main.append(this.header, this.drawTools(), this.timeline.element);
    findApp().replaceChildren(this.main);
  }

  private stepsUntil(step: TraceEvent): number {
    return this.events.filter((event) => event.kind === 'foldStepFinished' && event.seq <= step.seq).length;
  }

  append(events: readonly TraceEvent[]): void {
    this.events = [...this.events, ...events];
    const header = drawHeader(this.events, this.context);
    this.header.replaceWith(header);
    this.header = header;
    this.timeline.append(events);
  }

  markPlaces(places: readonly CitedPlace[]): void {
    this.context.anchors.show(places, this.main);
  }

  private drawTools(): HTMLElement {
    const { strings } = this.context;
    const hide = el('input');
    hide.type = 'checkbox';
    hide.addEventListener('change', () => this.main.classList.toggle('hide-dropped', hide.checked));
    return el('div', { class: 'tools' }, [
      el('label', {}, [hide, ` ${strings.hideDropped}`]),
      button({ class: 'tool', text: strings.expandAll }, () => this.timeline.setAllOpen(true)),
      button({ class: 'tool', text: strings.collapseAll }, () => this.timeline.setAllOpen(false)),
    ]);
  }
}

function showStandAlone(): void {
  const data = document.getElementById('trace-data')?.textContent ?? '[]';
  try {
    const events: unknown = JSON.parse(data);
    if (!isTrace(events)) throw new Error('no list of events');
    new TracePage(englishStrings, 'en', null, null).append(events);
  } catch (err) {
    findApp().replaceChildren(el('p', { text: format(englishStrings.traceBroken, String(err)) }));
  }
}

/** The page's own data, written by Longfold; what an event lacks shows as an error on the page. */
function isTrace(value: unknown): value is readonly TraceEvent[] {
  return Array.isArray(value) && value.every((event) => typeof event === 'object' && event !== null && 'kind' in event);
}

function showInEditor(post: (message: FromTrace) => void): void {
  let page = new TracePage(englishStrings, 'en', null, null);
  reportErrors((message) => post({ kind: 'failed', message }));
  window.addEventListener('message', ({ data }: MessageEvent<ToTrace>) => {
    if (data.kind === 'snapshot') {
      document.documentElement.lang = data.language;
      const fork: Fork = (step, memory, plan) => post({ kind: 'fork', step, memory, plan });
      const open: OpenSource = (range) => post({ kind: 'openSource', range });
      page = new TracePage(data.strings, data.language, open, data.canFork ? fork : null);
    }
    if (data.kind === 'citedPlaces') page.markPlaces(data.places);
    else page.append(data.events);
  });
  post({ kind: 'ready' });
}

const host = connectHost<FromTrace>();
if (host) showInEditor((message) => host.post(message));
else showStandAlone();
