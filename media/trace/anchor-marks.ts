/** Marks beside cited places whose words stand elsewhere now, or nowhere. They come and go while the page is open. */
import type { CitedPlace } from '../../protocol/webview-messages';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { el, format } from '../shared/dom';

type Place = Omit<CitedPlace, 'line'>;

export class AnchorMarks {
  /** The line where the words of a place stand now; null: nowhere. */
  private lines: ReadonlyMap<string, number | null> = new Map();

  constructor(private readonly strings: WebviewStrings) {}

  /** Empty where nothing is to be said. */
  draw(place: Place): HTMLElement {
    const mark = el('span', { class: 'anchor problem' });
    mark.dataset['place'] = keyOf(place);
    this.fill(mark);
    return mark;
  }

  /** All places to mark; the marks of others go. */
  show(places: readonly CitedPlace[], page: HTMLElement): void {
    this.lines = new Map(places.map((place) => [keyOf(place), place.line]));
    page.querySelectorAll<HTMLElement>('.anchor').forEach((mark) => this.fill(mark));
  }

  private fill(mark: HTMLElement): void {
    const line = this.lines.get(mark.dataset['place'] ?? '');
    mark.hidden = line === undefined;
    mark.textContent =
      line === undefined
        ? ''
        : `⚠ ${line === null ? this.strings.citationGone : format(this.strings.citationMoved, line)}`;
  }
}

function keyOf({ path, start, end }: Place): string {
  return `${start}:${end}:${path}`;
}
