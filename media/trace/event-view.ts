/** The body of each kind of event: hits, passages, memory, prompts, answer, citations. */
import type { Citation, ClaimCheck, ClaimStatus, EvidenceSpan, RetrievalHit } from '../../protocol/evidence';
import type { TraceEvent } from '../../protocol/trace-events';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { el, format } from '../shared/dom';
import { citationRange, placeLink } from '../shared/place';
import { drawEdit, drawFold } from './fold-view';
import { drawPassage } from './passage-view';
import type { TraceContext } from './trace-context';

/** Null for an event whose title says it all. */
export function drawBody(event: TraceEvent, context: TraceContext): HTMLElement | null {
  const { strings } = context;
  switch (event.kind) {
    case 'questionAsked':
      return facts([
        [strings.coreQuestion, event.coreQuestion],
        [strings.formatInstruction, event.formatInstruction],
      ]);
    case 'retrievalFinished':
      return el('div', {}, [
        facts([[strings.query, event.query]]),
        el(
          'ol',
          { class: 'hits' },
          event.hits.map((hit) => drawHit(hit, context)),
        ),
      ]);
    case 'evidenceRanked':
    case 'evidenceSelected':
    case 'evidenceAdded':
      return el(
        'ol',
        { class: 'spans' },
        event.evidence.map((span) => drawSpan(span, context)),
      );
    case 'compressionFinished':
      return el(
        'div',
        { class: 'passages' },
        event.passages.map((passage) => drawPassage(passage, context)),
      );
    case 'modeChosen':
      return el('p', { text: event.reason });
    case 'modelReplied':
      return el('div', {}, [
        folded(strings.prompt, event.prompt),
        folded(strings.reply, event.reply),
        event.thinking === '' ? null : folded(strings.thinking, event.thinking),
      ]);
    case 'subQuestionsPlanned':
      return el(
        'ol',
        {},
        event.questions.map((question) => el('li', { text: question })),
      );
    case 'foldStarted':
      return event.parts > 1 ? el('p', { text: event.question }) : null;
    case 'foldStepFinished':
      return drawFold(event, context);
    case 'foldEdited':
      return drawEdit(event, context);
    case 'foldChunksPlanned':
    case 'foldFinished':
    case 'runContinued':
    case 'runSteered':
      return null;
    case 'numberComputed':
      return drawComputed(event, context);
    case 'answerWritten':
      return el('div', {}, [
        el('div', { class: 'text', text: event.answer }),
        event.thinking === '' ? null : folded(strings.thinking, event.thinking),
      ]);
    case 'verificationFinished':
      return el('div', {}, [
        el(
          'ul',
          { class: 'citations' },
          event.citations.map((citation) => drawCitation(citation, context)),
        ),
        drawClaims(event.claims ?? [], context),
      ]);
    case 'stepFailed':
      return el('p', { class: 'problem', text: event.message });
    case 'questionFinished':
      return event.message === null ? null : el('p', { text: event.message });
    case 'answerDelta':
      return null;
  }
}

function drawHit(hit: RetrievalHit, { open, strings, figures }: TraceContext): HTMLElement {
  return el('li', {}, [
    placeLink(hit, open, strings),
    el('span', { class: 'heading', text: hit.heading }),
    el('span', { class: 'aside', text: format(strings.foundBy, hit.sources.join(', ')) }),
    el('span', { class: 'aside', text: format(strings.score, figures.score(hit.score)) }),
  ]);
}

function drawSpan(span: EvidenceSpan, { open, strings, figures }: TraceContext): HTMLElement {
  return el('li', {}, [
    el('div', {}, [
      el('span', { class: 'span-ids', text: span.id }),
      placeLink(span, open, strings),
      el('span', { class: 'aside', text: format(strings.score, figures.score(span.score)) }),
    ]),
    el('pre', { class: 'span-text', text: span.text }),
  ]);
}

function drawComputed(
  { calculation, result, problem, operands }: Extract<TraceEvent, { kind: 'numberComputed' }>,
  { open, strings, anchors }: TraceContext,
): HTMLElement {
  const sources = operands.map((operand) =>
    el('li', {}, [
      placeLink(operand, open, strings),
      anchors.draw(operand),
      el('span', { class: 'cited', text: `${operand.name} = ${operand.text}` }),
    ]),
  );
  return el('div', {}, [
    el('pre', { class: 'span-text', text: result === null ? calculation : `${calculation}\n= ${result}` }),
    problem === null ? null : el('p', { class: 'problem', text: problem }),
    sources.length === 0 ? null : el('ul', { class: 'citations' }, sources),
  ]);
}

function drawCitation(citation: Citation, { open, strings, anchors }: TraceContext): HTMLElement {
  const { verified } = citation;
  const range = citationRange(citation);
  return el('li', { class: verified ? 'verified' : 'failed' }, [
    el('span', {
      class: 'sign',
      text: verified ? '✓' : '⚠',
      role: 'img',
      label: verified ? strings.verified : strings.notVerified,
    }),
    range && placeLink(range, open, strings),
    range && anchors.draw(range),
    el('span', { class: 'cited', text: `“${citation.quote}”` }),
    verified ? null : el('span', { class: 'problem', text: citation.problem ?? strings.notVerified }),
  ]);
}

/** The sentences of the answer with what became of their check. */
function drawClaims(claims: readonly ClaimCheck[], { strings }: TraceContext): HTMLElement | null {
  if (claims.length === 0) return null;
  const items = claims.map(({ text, status, problem }) =>
    el('li', { class: `claim ${status}` }, [
      el(status === 'struck' ? 's' : 'span', { class: 'claim-text', text }),
      el('span', { class: 'aside', text: claimText(status, strings) }),
      problem === null ? null : el('span', { class: 'problem', text: problem }),
    ]),
  );
  return el('ul', { class: 'claims' }, items);
}

function claimText(status: ClaimStatus, strings: WebviewStrings): string {
  const texts: Readonly<Record<ClaimStatus, string>> = {
    supported: strings.verified,
    unchecked: strings.notVerified,
    misplaced: strings.misplacedClaim,
    struck: strings.struckClaim,
    notFromFiles: strings.notFromFiles,
  };
  return texts[status];
}

function facts(rows: readonly (readonly [name: string, value: string])[]): HTMLElement {
  const cells = rows
    .filter(([, value]) => value !== '')
    .flatMap(([name, value]) => [el('dt', { text: name }), el('dd', { text: value })]);
  return el('dl', { class: 'facts' }, cells);
}

function folded(title: string, text: string): HTMLElement {
  return el('details', { class: 'raw' }, [el('summary', { text: title }), el('pre', { text })]);
}
