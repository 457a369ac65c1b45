/** The parts of one turn: steps, evidence, answer with citations, and the figures below. Each is drawn anew whole. */
import type { Turn, TurnStep } from '../../protocol/conversation';
import type { Citation, EvidenceSpan } from '../../protocol/evidence';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { button, el, format } from '../shared/dom';
import { citationRange, placeLink, type OpenSource } from '../shared/place';
import { linkCitations } from './citation-marks';
import { drawClaims, markClaims } from './claim-marks';
import { renderMarkdown } from './markdown';

/** Evidence shown before "Show more"; with an answer below it, less is enough. */
const shownEvidence = 3;

export interface Drawing {
  readonly strings: WebviewStrings;
  readonly language: string;
  readonly open: OpenSource;
}

export function drawSteps(turn: Turn, { strings }: Drawing): HTMLElement {
  const isRunning = turn.state === 'running';
  const items = turn.steps.map((step, idx) => {
    const isLast = idx === turn.steps.length - 1;
    return el('li', { class: stepClass(step, isRunning && isLast), text: describeStep(step, strings) });
  });
  if (isRunning && turn.isPaused) items.push(el('li', { class: 'step', text: strings.stepPaused }));
  if (items.length === 0 && isRunning) items.push(el('li', { class: 'step active', text: strings.stepWaiting }));
  return el('ol', { class: 'steps' }, items);
}

function stepClass(step: TurnStep, isActive: boolean): string {
  if (step.kind === 'problem') return 'step problem';
  return isActive ? 'step active' : 'step done';
}

function describeStep(step: TurnStep, strings: WebviewStrings): string {
  switch (step.kind) {
    case 'understood':
      return step.placesReread === undefined
        ? format(strings.stepUnderstood, step.question)
        : `${format(strings.stepUnderstood, step.question)} · ${format(strings.stepReread, step.placesReread)}`;
    case 'searching':
      if (step.hits === null) return strings.stepSearching;
      return format(step.hop > 1 ? strings.stepSearchedAgain : strings.stepSearched, step.hits, step.hop);
    case 'reading':
      return format(strings.stepReading, step.passagesRead, step.passagesTotal);
    case 'planned':
      return describePlan(step, strings);
    case 'folding': {
      const { skipped, chunksRead, chunksTotal, secondsLeft } = step;
      const template = skipped > 0 ? strings.stepFoldingSkipped : strings.stepFolding;
      const parts = [format(template, step.step, step.stepsPlanned, skipped)];
      parts.push(format(strings.stepCovered, chunksRead, chunksTotal));
      if (secondsLeft !== null) parts.push(format(strings.stepTimeLeft, durationText(secondsLeft, strings)));
      return parts.join(' · ');
    }
    case 'writing':
      return strings.stepWriting;
    case 'checking':
      return strings.stepChecking;
    case 'problem':
      return step.message;
  }
}

function describePlan(step: Extract<TurnStep, { kind: 'planned' }>, strings: WebviewStrings): string {
  const { part, parts, question, chunks, tokens, steps, seconds } = step;
  const plan =
    seconds === null
      ? format(strings.stepPlannedUntimed, chunks, tokens, steps)
      : format(strings.stepPlanned, chunks, tokens, steps, durationText(seconds, strings));
  return parts > 1 ? `${format(strings.stepPart, part + 1, parts, question)} · ${plan}` : plan;
}

function durationText(seconds: number, strings: WebviewStrings): string {
  return seconds < 90
    ? format(strings.seconds, Math.max(1, Math.round(seconds)))
    : format(strings.durationMinutes, Math.round(seconds / 60));
}

/** What a fold knows, until there is an answer: the best that can be said so far. */
export function drawKnown(turn: Turn, { strings }: Drawing): HTMLElement {
  const section = el('section', { class: 'known' });
  if (turn.answer !== '' || turn.known.length === 0) return section;
  const lines = turn.known.map((line) => {
    const marks = [...line.spanIds, ...(line.isDisputed === true ? [strings.disputed] : [])];
    return el('li', {}, [line.text, ' ', el('span', { class: 'span-id', text: marks.join(' ') || strings.noSource })]);
  });
  section.append(el('h3', { text: format(strings.knownSoFar, turn.known.length) }), el('ul', {}, lines));
  return section;
}

/** Before the first ranking the hits stand here, so that something is seen within a second. */
export function drawEvidence(turn: Turn, drawing: Drawing, isExpanded: boolean, toggle: () => void): HTMLElement {
  const { strings } = drawing;
  const section = el('section', { class: 'evidence' });
  if (turn.evidence.length === 0) {
    if (turn.hits.length === 0) return section;
    const hits = turn.hits.map((hit) =>
      el('li', { class: 'hit' }, [
        placeLink(hit, drawing.open, strings),
        el('span', { class: 'heading', text: hit.heading }),
      ]),
    );
    section.append(el('h3', { text: format(strings.hits, turn.hits.length) }), el('ol', {}, hits));
    return section;
  }
  const shown = isExpanded ? turn.evidence : turn.evidence.slice(0, shownEvidence);
  section.append(
    el('h3', { text: format(strings.evidence, turn.evidence.length) }),
    el(
      'ol',
      {},
      shown.map((span) => drawSpan(span, drawing)),
    ),
  );
  const hidden = turn.evidence.length - shownEvidence;
  if (hidden > 0) {
    const text = isExpanded ? strings.showLess : format(strings.showMore, hidden);
    const more = button({ class: 'more link', text }, toggle);
    more.setAttribute('aria-expanded', String(isExpanded));
    section.append(more);
  }
  return section;
}

function drawSpan(span: EvidenceSpan, { open, strings }: Drawing): HTMLElement {
  const head = el('div', { class: 'span-head' }, [
    el('span', { class: 'span-id', text: span.id }),
    placeLink(span, open, strings),
  ]);
  return el('li', {}, [head, el('blockquote', { class: 'quote', text: span.text })]);
}

export function drawAnswer(turn: Turn, { open, strings }: Drawing): HTMLElement {
  const section = el('section', { class: 'answer' });
  if (turn.answer === '') return section;
  const { markdown, claims } = markClaims(turn.answer, turn.claims);
  const text = renderMarkdown(markdown);
  drawClaims(text, claims, strings);
  linkCitations(text, turn.citations, open, strings);
  section.append(el('h3', { text: strings.answer }), el('div', { class: 'markdown' }, [text]));
  return section;
}

export function drawCitations(turn: Turn, { open, strings }: Drawing): HTMLElement {
  const section = el('section', { class: 'citations' });
  if (turn.citations.length === 0) return section;
  const verified = turn.citations.filter((citation) => citation.verified).length;
  const details = el('details', {}, [
    el('summary', { text: format(strings.citations, verified, turn.citations.length - verified) }),
    el(
      'ul',
      {},
      turn.citations.map((citation) => drawCitation(citation, open, strings)),
    ),
  ]);
  details.open = verified < turn.citations.length;
  section.append(details);
  return section;
}

function drawCitation(citation: Citation, open: OpenSource, strings: WebviewStrings): HTMLElement {
  const range = citationRange(citation);
  const quote = el('span', { class: 'cited', text: `“${citation.quote}”` });
  if (range)
    return el('li', { class: 'verified' }, [
      el('span', { text: '✓ ', label: strings.verified }),
      placeLink(range, open, strings),
      ' ',
      quote,
    ]);
  const reason = citation.problem ?? strings.notVerified;
  return el('li', { class: 'failed' }, [
    el('span', { text: '⚠ ', label: strings.notVerified }),
    quote,
    ' ',
    el('span', { class: 'reason', text: reason }),
  ]);
}

/** What was worked out for the answer, and each number that went into it. */
export function drawComputed({ computed }: Turn, { open, strings }: Drawing): HTMLElement {
  const section = el('section', { class: 'computed' });
  if (computed === undefined) return section;
  const { calculation, result, operands, operandCount } = computed;
  const items = operands.map((operand) =>
    el('li', {}, [
      placeLink(operand, open, strings),
      ' ',
      el('span', { class: 'cited', text: `${operand.name} = ${operand.text}` }),
    ]),
  );
  const hidden = operandCount - operands.length;
  if (hidden > 0) items.push(el('li', { text: format(strings.moreOperands, hidden) }));
  const details = el('details', {}, [
    el('summary', { text: format(strings.eventComputed, operandCount) }),
    el('pre', { class: 'calculation', text: `${calculation}\n= ${result}` }),
    el('ul', {}, items),
  ]);
  details.open = true;
  section.append(details);
  return section;
}

/** Figures as the server gave them: share kept, seconds, model. */
export function drawFigures(turn: Turn, { strings, language }: Drawing): HTMLElement {
  const number = new Intl.NumberFormat(language);
  const parts: string[] = [];
  if (turn.state !== 'running') parts.push(stateText(turn.state, strings));
  if (turn.tokens) {
    const { read, kept, workspace } = turn.tokens;
    const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(
      read > 0 ? kept / read : 0,
    );
    parts.push(format(strings.kept, number.format(kept), number.format(read), share));
    parts.push(format(strings.workspaceTokens, number.format(workspace)));
  }
  if (turn.seconds !== null) {
    parts.push(
      format(strings.seconds, new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(turn.seconds)),
    );
  }
  if (turn.tokens) parts.push(turn.model ?? strings.noModel);
  return el(
    'p',
    { class: 'figures' },
    parts.map((text) => el('span', { text })),
  );
}

function stateText(state: Exclude<Turn['state'], 'running'>, strings: WebviewStrings): string {
  switch (state) {
    case 'answered':
      return strings.stateAnswered;
    case 'evidence':
      return strings.stateEvidence;
    case 'cancelled':
      return strings.stateCancelled;
    case 'failed':
      return strings.stateFailed;
    case 'interrupted':
      return strings.stateInterrupted;
  }
}
