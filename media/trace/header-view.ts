/** The head of the trace: the question and its figures. Drawn anew when an event changes one of them. */
import type { TraceEvent } from '../../protocol/trace-events';
import { el, format } from '../shared/dom';
import { modeText, outcomeText } from './event-title';
import type { TraceContext } from './trace-context';

export function drawHeader(events: readonly TraceEvent[], context: TraceContext): HTMLElement {
  const { strings } = context;
  const asked = events.find((event) => event.kind === 'questionAsked');
  const rows = asked ? describeQuestion(asked, events, context) : [];
  const cells = rows.flatMap(([name, value]) => [el('dt', { text: name }), el('dd', { text: value })]);
  return el('header', { class: 'trace-header' }, [
    el('p', { class: 'kicker', text: strings.traceTitle }),
    el('h1', { text: asked?.question ?? strings.traceEmpty }),
    el('dl', { class: 'summary' }, cells),
  ]);
}

function describeQuestion(
  asked: Extract<TraceEvent, { kind: 'questionAsked' }>,
  events: readonly TraceEvent[],
  { strings, figures, language }: TraceContext,
): readonly (readonly [name: string, value: string])[] {
  const finished = events.find((event) => event.kind === 'questionFinished');
  const chosen = events.find((event) => event.kind === 'modeChosen');
  const rows: (readonly [string, string])[] = [
    [strings.outcome, finished ? outcomeText(finished.outcome, strings) : strings.running],
    [strings.model, chosen?.model ?? strings.noModel],
    [strings.mode, modeText(chosen?.mode ?? asked.mode, strings)],
  ];
  if (finished) {
    const { workspace, read, kept } = finished.tokens;
    const counts = [workspace, read, kept].map(figures.count);
    rows.push([strings.tokens, format(strings.tokensValue, ...counts)]);
    rows.push([strings.time, figures.duration(finished.seconds * 1000)]);
  }
  const windowTokens = chosen?.windowTokens ?? null;
  if (windowTokens !== null) rows.push([strings.window, figures.count(windowTokens)]);
  rows.push([strings.budget, figures.count(asked.tokenBudget)], [strings.granularity, asked.granularity]);
  rows.push(
    [strings.workspace, describeWorkspace(asked)],
    [strings.started, new Date(asked.startedAt).toLocaleString(language)],
  );
  return rows;
}

/** Several folders are told with the names with which their paths begin. */
function describeWorkspace({ workspace, roots }: Extract<TraceEvent, { kind: 'questionAsked' }>): string {
  return roots?.map(({ name, path }) => `${name}: ${path}`).join(', ') ?? workspace;
}
