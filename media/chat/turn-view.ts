/** One turn on the page. It keeps its parts and draws only those anew whose data changed. */
import type { Turn } from '../../protocol/conversation';
import type { FromChat } from '../../protocol/webview-messages';
import { button, el } from '../shared/dom';
import { drawAnswer, drawCitations, drawEvidence, drawFigures, drawSteps, type Drawing } from './turn-sections';

type Post = (message: FromChat) => void;

export class TurnView {
  readonly element: HTMLElement;
  private steps: HTMLElement = el('ol');
  private evidence = el('section');
  private answer = el('section');
  private citations = el('section');
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
    this.element = el('article', { class: 'turn', label: turn.question }, [
      heading,
      this.steps,
      this.evidence,
      this.answer,
      this.message,
      this.citations,
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
    if (has('steps', 'state')) this.steps = replace(this.steps, drawSteps(this.turn, drawing));
    if (has('evidence', 'hits')) this.drawEvidence(drawing);
    if (has('answer', 'citations', 'claims')) this.answer = replace(this.answer, drawAnswer(this.turn, drawing));
    if (has('citations')) this.citations = replace(this.citations, drawCitations(this.turn, drawing));
    if (has('tokens', 'seconds', 'model', 'state'))
      this.figures = replace(this.figures, drawFigures(this.turn, drawing));
    if (has('message', 'state')) this.drawMessage();
    if (has('state', 'traceFile')) this.drawActions();
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
    const act = (text: string, kind: 'cancel' | 'askAgain' | 'copyAnswer' | 'showTrace'): HTMLButtonElement =>
      button({ class: 'action', text }, () => this.post({ kind, turnId: this.id }));
    const actions = this.isRunning
      ? [act(strings.stop, 'cancel'), act(strings.showTrace, 'showTrace')]
      : [act(strings.askAgain, 'askAgain'), act(strings.copyAnswer, 'copyAnswer'), act(strings.showTrace, 'showTrace')];
    this.actions.replaceChildren(...actions);
  }
}

function replace(old: HTMLElement, next: HTMLElement): HTMLElement {
  old.replaceWith(next);
  return next;
}
