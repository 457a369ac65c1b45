/** What is read in the mode "Read everything": chips that can be taken away, and the button that chooses. */
import type { ChosenPath } from '../../protocol/conversation';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { button, el, format } from '../shared/dom';

export class ChosenView {
  readonly element: HTMLElement;
  private readonly chips = el('ul', { class: 'chips' });
  private readonly all: HTMLElement;
  private readonly choose: HTMLButtonElement;
  private chosen: readonly ChosenPath[] = [];

  constructor(
    private readonly strings: WebviewStrings,
    private readonly events: {
      readonly choose: (chosen: readonly ChosenPath[]) => void;
      /** Something was taken away. */
      readonly changed: () => void;
    },
  ) {
    this.all = el('span', { class: 'reads-all', text: strings.readsAll });
    this.choose = button({ class: 'choose-paths link', text: strings.choosePaths }, () => events.choose(this.chosen));
    this.chips.setAttribute('aria-label', strings.chosenPaths);
    this.element = el('div', { class: 'chosen', role: 'group', label: strings.chosenPaths }, [
      this.all,
      this.choose,
      this.chips,
    ]);
  }

  /** Empty: all is read. */
  get paths(): readonly ChosenPath[] {
    return this.chosen;
  }

  set(chosen: readonly ChosenPath[]): void {
    this.chosen = chosen;
    this.all.hidden = chosen.length > 0;
    this.chips.replaceChildren(...chosen.map((path, idx) => this.drawChip(path, idx)));
  }

  setEnabled(isEnabled: boolean): void {
    this.choose.disabled = !isEnabled;
  }

  focus(): void {
    this.choose.focus();
  }

  private drawChip({ label }: ChosenPath, idx: number): HTMLElement {
    const removeLabel = format(this.strings.removeChosen, label);
    const remove = button({ class: 'chip-remove', text: '×', title: removeLabel, label: removeLabel }, () =>
      this.remove(idx),
    );
    remove.addEventListener('keydown', ({ key }) => {
      if (key === 'Delete' || key === 'Backspace') this.remove(idx);
    });
    return el('li', { class: 'chip' }, [el('span', { class: 'chip-label', text: label, title: label }), remove]);
  }

  /** The keyboard stays where it was: on the next chip, else the last, else the button that chooses. */
  private remove(idx: number): void {
    this.set(this.chosen.filter((_path, other) => other !== idx));
    this.events.changed();
    const buttons = this.chips.querySelectorAll<HTMLElement>('.chip-remove');
    (buttons[Math.min(idx, buttons.length - 1)] ?? this.choose).focus();
  }
}
