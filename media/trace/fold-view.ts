/** One fold step: memory and plan before and after, as one list of lines with what came and what went marked. */
import type { Memory, MemoryLine } from '../../protocol/folds';
import type { TraceEvent } from '../../protocol/trace-events';
import { button, el } from '../shared/dom';
import type { TraceContext } from './trace-context';

type FoldStep = Extract<TraceEvent, { kind: 'foldStepFinished' }>;
type LineState = 'same' | 'added' | 'removed';

export function drawFold(step: FoldStep, { strings, fork }: TraceContext): HTMLElement {
  return el('div', { class: 'fold' }, [
    step.problem === null ? null : el('p', { class: 'problem', text: step.problem }),
    el('p', { class: 'chunk' }, [el('span', { class: 'label', text: strings.readSpans }), step.chunk.join(', ')]),
    el('h4', { text: strings.memory }),
    drawMemory(step.before, step.after, strings),
    el('h4', { text: strings.plan }),
    drawPlan(step.before.plan, step.after.plan, strings),
    step.dropped.length === 0 ? null : el('h4', { text: strings.droppedLines }),
    step.dropped.length === 0
      ? null
      : el(
          'ul',
          { class: 'lines' },
          step.dropped.map((line) => drawLine(line, 'removed', strings)),
        ),
    fork === null ? null : drawFork(step, strings, (memory, plan) => fork(step, memory, plan)),
  ]);
}

/** What the user changed. */
export function drawEdit(
  { before, after }: Extract<TraceEvent, { kind: 'foldEdited' }>,
  { strings }: TraceContext,
): HTMLElement {
  return el('div', { class: 'fold' }, [
    el('h4', { text: strings.memory }),
    drawMemory(before, after, strings),
    el('h4', { text: strings.plan }),
    drawPlan(before.plan, after.plan, strings),
  ]);
}

/** The memory and plan after a step, to be changed; the question then goes on from there. */
function drawFork(
  { after }: FoldStep,
  strings: TraceContext['strings'],
  go: (memory: string, plan: string) => void,
): HTMLElement {
  const memory = el('textarea', { label: strings.forkMemory });
  memory.value = after.lines
    .map(({ text, spanIds }) => `${text}${spanIds.map((id) => ` [${id}]`).join('')}`)
    .join('\n');
  memory.rows = Math.min(12, after.lines.length + 2);
  const plan = el('textarea', { label: strings.plan });
  plan.value = after.plan;
  plan.rows = 2;
  return el('details', { class: 'fork' }, [
    el('summary', { text: strings.forkHere }),
    el('label', {}, [el('span', { text: strings.forkMemory }), memory]),
    el('label', {}, [el('span', { text: strings.plan }), plan]),
    button({ class: 'tool', text: strings.goOn }, () => go(memory.value, plan.value)),
  ]);
}

function drawMemory(before: Memory, after: Memory, strings: TraceContext['strings']): HTMLElement {
  const isIn = (memory: Memory, line: MemoryLine): boolean => memory.lines.some((other) => other.text === line.text);
  const removed = before.lines.filter((line) => !isIn(after, line));
  const lines = [
    ...removed.map((line) => drawMemoryLine(line, 'removed', strings)),
    ...after.lines.map((line) => drawMemoryLine(line, isIn(before, line) ? 'same' : 'added', strings)),
  ];
  return lines.length === 0
    ? el('p', { class: 'nothing', text: strings.emptyMemory })
    : el('ul', { class: 'lines' }, lines);
}

function drawPlan(before: string, after: string, strings: TraceContext['strings']): HTMLElement {
  const line = (text: string, state: LineState): HTMLElement => drawLine({ text, spanIds: [] }, state, strings);
  if (before === after) {
    return after === ''
      ? el('p', { class: 'nothing', text: strings.noPlan })
      : el('ul', { class: 'lines' }, [line(after, 'same')]);
  }
  return el('ul', { class: 'lines' }, [
    before === '' ? null : line(before, 'removed'),
    after === '' ? null : line(after, 'added'),
  ]);
}

/** A line without a source says so: nothing that was read stands behind it. */
function drawMemoryLine(line: MemoryLine, state: LineState, strings: TraceContext['strings']): HTMLElement {
  const row = drawLine(line, state, strings);
  if (line.spanIds.length === 0) row.append(el('span', { class: 'aside', text: strings.noSource }));
  return row;
}

function drawLine(line: MemoryLine, state: LineState, strings: TraceContext['strings']): HTMLElement {
  const sign = { same: '\u00a0', added: '+', removed: '−' }[state];
  const label = { same: '', added: strings.added, removed: strings.removed }[state];
  return el('li', { class: `line ${state}` }, [
    el('span', { class: 'sign', text: sign, ...(label ? { label, role: 'img' } : {}) }),
    el('span', { class: 'line-text', text: line.text }),
    line.spanIds.length === 0 ? null : el('span', { class: 'span-ids', text: line.spanIds.join(' ') }),
    line.isDisputed === true ? el('span', { class: 'aside', text: strings.disputed }) : null,
  ]);
}
