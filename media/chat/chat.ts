/**
 * The chat page. It shows what the extension says and keeps nothing but the draft of the next question: after
 * `ready` comes a snapshot, then numbered changes; a gap in the numbers asks for a snapshot again.
 */
import type { ChatSurroundings, FromChat, ToChat } from '../../protocol/webview-messages';
import { englishStrings, type WebviewStrings } from '../../protocol/webview-strings';
import { button, el, findApp } from '../shared/dom';
import { connectHost, reportErrors } from '../shared/host';
import { InputView } from './input-view';
import { readKept } from './kept-input';
import { TurnView } from './turn-view';

const host = connectHost<FromChat>();
const post = (message: FromChat): void => host?.post(message);

class ChatPage {
  private readonly log = el('div', { class: 'log', role: 'log' });
  private readonly empty = el('section', { class: 'empty' });
  private readonly notice = el('div', { class: 'notice', role: 'status' });
  private readonly input: InputView;
  private readonly turns = new Map<string, TurnView>();
  private surroundings: ChatSurroundings = { canAsk: false, notice: null, noticeAction: null, askedFolders: null };

  constructor(
    private readonly strings: WebviewStrings,
    private readonly language: string,
  ) {
    this.log.setAttribute('aria-label', strings.conversation);
    this.log.setAttribute('aria-live', 'polite');
    this.log.tabIndex = 0;
    this.input = new InputView(strings, {
      ask: (question, options, chosen) =>
        post({ kind: 'ask', question, options, ...(chosen.length === 0 ? {} : { chosen }) }),
      stop: () => this.stopRunning(),
      chooseFolders: () => post({ kind: 'chooseFolders' }),
      choosePaths: (chosen) => post({ kind: 'choosePaths', chosen }),
      keep: (kept) => host?.setState(kept),
    });
    this.input.restore(readKept(host?.getState()));
    findApp().replaceChildren(el('main', { class: 'chat' }, [this.log, this.notice, this.input.element]));
    this.drawEmpty();
  }

  receive(message: Exclude<ToChat, { kind: 'snapshot' }>): void {
    switch (message.kind) {
      case 'turnAdded':
        this.add(message.turn);
        break;
      case 'turnChanged':
        this.keepAtEnd(() => this.turns.get(message.turnId)?.change(message.change));
        break;
      case 'surroundingsChanged':
        this.surroundings = message.surroundings;
        this.drawNotice();
        break;
      case 'focusInput':
        this.input.focus();
        break;
      case 'pathsChosen':
        this.input.setChosen(message.chosen);
    }
    this.refresh();
  }

  show(snapshot: Extract<ToChat, { kind: 'snapshot' }>): void {
    this.surroundings = snapshot.surroundings;
    this.drawNotice();
    for (const turn of snapshot.conversation.turns) this.add(turn);
    this.refresh();
    this.log.scrollTop = this.log.scrollHeight;
  }

  private add(turn: ConstructorParameters<typeof TurnView>[0]): void {
    const view = new TurnView(turn, { strings: this.strings, language: this.language }, post);
    this.turns.set(turn.id, view);
    this.log.append(view.element);
    view.element.scrollIntoView({ block: 'start' });
  }

  /** Follows a growing answer only while the reader is at the end. */
  private keepAtEnd(change: () => void): void {
    const { log } = this;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    change();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  private running(): TurnView | undefined {
    return [...this.turns.values()].find((turn) => turn.isRunning);
  }

  private stopRunning(): void {
    const running = this.running();
    if (running) post({ kind: 'cancel', turnId: running.id });
  }

  private refresh(): void {
    this.empty.hidden = this.turns.size > 0;
    this.input.setState({ surroundings: this.surroundings, isRunning: this.running() !== undefined });
    this.empty.querySelectorAll('button').forEach((example) => (example.disabled = !this.surroundings.canAsk));
  }

  private drawEmpty(): void {
    const { strings } = this;
    const examples = [strings.exampleOverview, strings.exampleErrors, strings.exampleConfiguration].map((question) =>
      el('li', {}, [button({ class: 'example', text: question }, () => post({ kind: 'ask', question, options: {} }))]),
    );
    this.empty.append(
      el('h2', { text: strings.emptyTitle }),
      el('p', { text: strings.emptyText }),
      el('ul', { class: 'examples' }, examples),
    );
    this.log.append(this.empty);
  }

  private drawNotice(): void {
    const { notice, noticeAction } = this.surroundings;
    this.notice.hidden = notice === null;
    this.notice.replaceChildren(el('p', { text: notice ?? '' }));
    if (noticeAction) {
      const { label, action } = noticeAction;
      this.notice.append(button({ class: 'action', text: label }, () => post({ kind: 'noticeAction', action })));
    }
  }
}

let page = new ChatPage(englishStrings, 'en');
let lastRevision = 0;
reportErrors((message) => post({ kind: 'failed', message }));
window.addEventListener('message', ({ data }: MessageEvent<ToChat>) => {
  if (data.kind === 'snapshot') {
    document.documentElement.lang = data.language;
    page = new ChatPage(data.strings, data.language);
    page.show(data);
    lastRevision = data.revision;
    return;
  }
  if (data.kind !== 'focusInput' && data.kind !== 'pathsChosen') {
    const isNext = data.revision === lastRevision + 1;
    lastRevision = data.revision;
    if (!isNext) return post({ kind: 'ready' });
  }
  page.receive(data);
});
post({ kind: 'ready' });
