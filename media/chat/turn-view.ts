/** One turn on the page. It keeps its parts and draws only those anew whose data changed. */
import type { Turn } from '../../protocol/conversation';
import type { SteerAction } from '../../protocol/folds';
import type { FromChat } from '../../protocol/webview-messages';
import { button, el, format } from '../shared/dom';
import {
  drawAnswer,
  drawCitations,
  drawComputed,
  drawEvidence,
  drawFigures,
  drawKnown,
  drawSteps,
  type Drawing,
} from './turn-sections';

type Post = (message: FromChat) => void;

export class TurnView {
  readonly element: HTMLElement;
  private steps: HTMLElement = el('ol');
  private evidence = el('section');
  private known: HTMLElement = el('section');
  private answer = el('section');
  private citations = el('section');
  private computed: HTMLElement = el('section');
  private message = el('p', { class: 'message' });
  private figures: HTMLElement = el('p');
  private actions = el('div', { class: 'actions' });
  private isExpanded = false;

  constructor(
    private turn: Turn,
    private readonly drawing: Omit<Drawing, 'open'>,
    private readonly post: Post,
  ) {
    const heading = el('h2', { class: 'question' }, [
      el('span', { class: 'who', text: drawing.strings.you }),
      el('span', { class: 'asked', text: turn.question }),
    ]);
    const { paths = [] } = turn.options;
    const scope = paths.length === 0 ? '' : format(drawing.strings.readsOnly, paths.join(', '));
    this.element = el('article', { class: 'turn', label: turn.question }, [
      heading,
      scope === '' ? null : el('p', { class: 'scope', text: scope, title: scope }),
      this.steps,
      this.evidence,
      this.known,
      this.answer,
      this.message,
      this.citations,
      this.computed,
      this.figures,
      this.actions,
    ]);
    this.draw(turn);
  }

  get isRunning(): boolean {
    return this.turn.state === 'running';
  }
  get id(): string {
    return this.turn.id;
  }

  change(change: Partial<Turn>): void {
    this.turn = { ...this.turn, ...change };
    this.draw(change);
  }

  private draw(changed: Partial<Turn>): void {
    const drawing: Drawing = {
      ...this.drawing,
      open: (range) => this.post({ kind: 'openSource', turnId: this.id, range }),
    };
    const has = (...keys: readonly (keyof Turn)[]): boolean => keys.some((key) => key in changed);
    this.element.dataset['state'] = this.turn.state;
    if (has('steps', 'state', 'isPaused')) this.steps = replace(this.steps, drawSteps(this.turn, drawing));
    if (has('evidence', 'hits')) this.drawEvidence(drawing);
    if (has('known', 'answer')) this.known = replace(this.known, drawKnown(this.turn, drawing));
    if (has('answer', 'citations', 'claims')) this.answer = replace(this.answer, drawAnswer(this.turn, drawing));
    if (has('citations')) this.citations = replace(this.citations, drawCitations(this.turn, drawing));
    if (has('computed')) this.computed = replace(this.computed, drawComputed(this.turn, drawing));
    if (has('tokens', 'seconds', 'model', 'state'))
      this.figures = replace(this.figures, drawFigures(this.turn, drawing));
    if (has('message', 'state')) this.drawMessage();
    if (has('state', 'traceFile', 'isPaused', 'steps')) this.drawActions();
  }

  private drawEvidence(drawing: Drawing): void {
    const toggle = (): void => {
      this.isExpanded = !this.isExpanded;
      this.drawEvidence(drawing);
      this.evidence.querySelector<HTMLElement>('.more')?.focus();
    };
    this.evidence = replace(this.evidence, drawEvidence(this.turn, drawing, this.isExpanded, toggle));
  }

  private drawMessage(): void {
    const { state, message } = this.turn;
    const isInterrupted = state === 'interrupted' && message === null;
    this.message.textContent = isInterrupted ? this.drawing.strings.interruptedMessage : (message ?? '');
  }

  private drawActions(): void {
    const { strings } = this.drawing;
    const act = (text: string, kind: 'cancel' | 'askAgain' | 'copyAnswer' | 'showTrace' | 'goOn'): HTMLButtonElement =>
      button({ class: 'action', text }, () => this.post({ kind, turnId: this.id }));
    const steer = (text: string, action: SteerAction): HTMLButtonElement =>
      button({ class: 'action', text }, () => this.post({ kind: 'steer', turnId: this.id, action }));
    const { state, isPaused, steps } = this.turn;
    const isFolding = steps.some((step) => step.kind === 'planned') && !steps.some((step) => step.kind === 'writing');
    const pause = isPaused ? steer(strings.resume, 'resume') : steer(strings.pause, 'pause');
    const whileFolding = isFolding ? [steer(strings.answerNow, 'answerNow'), pause] : [];
    // A fold that was answered can still be changed and gone on with, in its trace.
    const canGoOn = isFolding && state !== 'answered' && state !== 'running';
    const actions = this.isRunning
      ? [...whileFolding, act(strings.stop, 'cancel'), act(strings.showTrace, 'showTrace')]
      : [
          ...(canGoOn ? [act(strings.goOn, 'goOn')] : []),
          act(strings.askAgain, 'askAgain'),
          act(strings.copyAnswer, 'copyAnswer'),
          act(strings.showTrace, 'showTrace'),
        ];
    // Drawn with every step: who is about to press a button must not lose it.
    if (isSameButtons(this.actions, actions)) return;
    this.actions.replaceChildren(...actions);
  }
}

function replace(old: HTMLElement, next: HTMLElement): HTMLElement {
  old.replaceWith(next);
  return next;
}

function isSameButtons(row: HTMLElement, buttons: readonly HTMLElement[]): boolean {
  const texts = [...row.children].map((child) => child.textContent);
  return texts.length === buttons.length && buttons.every((item, idx) => item.textContent === texts[idx]);
}
