/** The question box: Enter sends, Shift+Enter starts a new line; beside it the mode and what to keep. */
import type { ChosenPath, QuestionOptions } from '../../protocol/conversation';
import type { AnswerMode, Granularity } from '../../protocol/trace-events';
import type { ChatSurroundings } from '../../protocol/webview-messages';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { button, el } from '../shared/dom';
import { ChosenView } from './chosen-view';
import type { KeptInput } from './kept-input';

export interface InputEvents {
  /** `chosen`: what is read in the mode `everything`; empty: all. */
  readonly ask: (question: string, options: QuestionOptions, chosen: readonly ChosenPath[]) => void;
  readonly stop: () => void;
  readonly chooseFolders: () => void;
  readonly choosePaths: (chosen: readonly ChosenPath[]) => void;
  /** Something of it changed. */
  readonly keep: (kept: KeptInput) => void;
}

export class InputView {
  readonly element: HTMLElement;
  private readonly box = el('textarea', { class: 'box' });
  private readonly send: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly folders: HTMLButtonElement;
  private readonly mode: HTMLSelectElement;
  private readonly granularity: HTMLSelectElement;
  private readonly chosen: ChosenView;
  private canAsk = false;
  private isRunning = false;

  constructor(
    strings: WebviewStrings,
    private readonly events: InputEvents,
  ) {
    this.box.rows = 3;
    this.box.placeholder = strings.askPlaceholder;
    this.box.setAttribute('aria-label', `${strings.askLabel}. ${strings.askHint}`);
    this.box.title = strings.askHint;
    this.box.addEventListener('keydown', (event) => this.onKey(event));
    this.box.addEventListener('input', () => {
      this.keep();
      this.refresh();
    });
    this.send = button({ class: 'send', text: strings.ask }, () => this.submit());
    this.stop = button({ class: 'stop', text: strings.stop }, () => events.stop());
    this.folders = button({ class: 'folders link', text: '' }, () => events.chooseFolders());
    this.mode = choice(strings.modeLabel, [
      ['', strings.granularityDefault],
      ['auto', strings.modeAuto],
      ['single', strings.modeSingle],
      ['fold', strings.modeFold],
      ['everything', strings.modeEverything],
      ['evidence', strings.modeEvidence],
    ]);
    this.granularity = choice(strings.granularityLabel, [
      ['', strings.granularityDefault],
      ['keyword', strings.granularityKeyword],
      ['sentence', strings.granularitySentence],
      ['paragraph', strings.granularityParagraph],
      ['line', strings.granularityLine],
      ['block', strings.granularityBlock],
      ['symbol', strings.granularitySymbol],
    ]);
    this.chosen = new ChosenView(strings, {
      choose: (chosen) => events.choosePaths(chosen),
      changed: () => this.keep(),
    });
    this.mode.addEventListener('change', () => {
      this.keep();
      this.refresh();
    });
    const row = el('div', { class: 'input-row' }, [
      labelled(strings.modeLabel, this.mode),
      labelled(strings.granularityLabel, this.granularity),
      this.stop,
      this.send,
    ]);
    this.element = el('form', { class: 'input' }, [this.box, this.folders, this.chosen.element, row]);
    this.refresh();
  }

  restore({ draft, mode, chosen }: KeptInput): void {
    this.box.value = draft;
    this.mode.value = modes.find((item) => item === mode) ?? '';
    this.chosen.set(chosen);
    this.refresh();
  }

  setState({
    surroundings,
    isRunning,
  }: {
    readonly surroundings: ChatSurroundings;
    readonly isRunning: boolean;
  }): void {
    const { canAsk, askedFolders } = surroundings;
    this.canAsk = canAsk;
    this.isRunning = isRunning;
    this.folders.hidden = askedFolders === null;
    this.folders.textContent = askedFolders?.label ?? '';
    this.folders.title = askedFolders?.title ?? '';
    this.refresh();
  }

  setChosen(chosen: readonly ChosenPath[]): void {
    this.chosen.set(chosen);
    this.keep();
    this.chosen.focus();
  }

  focus(): void {
    this.box.focus();
  }

  private keep(): void {
    this.events.keep({ draft: this.box.value, mode: this.mode.value, chosen: this.chosen.paths });
  }

  private refresh(): void {
    this.box.disabled = !this.canAsk;
    this.send.disabled = !this.canAsk || this.isRunning || this.box.value.trim() === '';
    this.send.hidden = this.isRunning;
    this.chosen.element.hidden = this.mode.value !== 'everything';
    this.chosen.setEnabled(this.canAsk);
    this.stop.hidden = !this.isRunning;
  }

  private onKey(event: KeyboardEvent): void {
    // While an input method composes (Chinese, Japanese), Enter chooses a word and must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    if (this.send.disabled) return;
    const mode = modes.find((item) => item === this.mode.value);
    const granularity = granularities.find((item) => item === this.granularity.value);
    const options = { ...(mode ? { mode } : {}), ...(granularity ? { granularity } : {}) };
    this.events.ask(this.box.value.trim(), options, mode === 'everything' ? this.chosen.paths : []);
    this.box.value = '';
    this.keep();
    this.refresh();
  }
}

const modes: readonly AnswerMode[] = ['auto', 'single', 'fold', 'everything', 'evidence'];
const granularities: readonly Granularity[] = ['keyword', 'sentence', 'paragraph', 'line', 'block', 'symbol'];

function choice(label: string, options: readonly (readonly [value: string, text: string])[]): HTMLSelectElement {
  const select = el('select', { label, title: label });
  for (const [value, text] of options) {
    const option = el('option', { text });
    option.value = value;
    select.append(option);
  }
  return select;
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  return el('label', { class: 'choice' }, [el('span', { text }), control]);
}
