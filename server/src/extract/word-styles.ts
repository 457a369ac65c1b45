/** What paragraph styles say of headings and lists (ECMA-376 part 1, 17.7), with what they inherit. */
import { attribute, readXml } from './read-markup';

export interface ParagraphStyle {
  /** 1 to 6; null for body text. */
  readonly headingLevel: number | null;
  readonly numId: string | null;
  readonly listLevel: number;
}
interface StyleDraft {
  name: string;
  basedOn: string | null;
  outline: number | null;
  numId: string | null;
  listLevel: number | null;
}

const plain: ParagraphStyle = { headingLevel: null, numId: null, listLevel: 0 };
/** Longer chains are loops. */
const maxInheritance = 20;

export class WordStyles {
  readonly #styles = new Map<string, StyleDraft>();

  /** @throws ExtractError */
  constructor(bytes: Uint8Array | null) {
    if (bytes) this.#read(bytes);
  }

  of(id: string | null): ParagraphStyle {
    if (id === null) return plain;
    let headingLevel: number | null = null;
    let numId: string | null = null;
    let listLevel: number | null = null;
    let next: string | null = id;
    for (let step = 0; next !== null && step < maxInheritance; step += 1) {
      const style: StyleDraft | undefined = this.#styles.get(next);
      headingLevel ??= levelOf(style, next);
      numId ??= style?.numId ?? null;
      listLevel ??= style?.listLevel ?? null;
      next = style?.basedOn ?? null;
    }
    return { headingLevel, numId, listLevel: listLevel ?? 0 };
  }

  #read(bytes: Uint8Array): void {
    let style: StyleDraft | null = null;
    readXml(bytes, 'styles', {
      open: (name, attributes) => {
        const value = attribute(attributes, 'val') ?? '';
        if (name === 'style') {
          style = { name: '', basedOn: null, outline: null, numId: null, listLevel: null };
          this.#styles.set(attribute(attributes, 'styleId') ?? '', style);
        } else if (!style) return;
        else if (name === 'name') style.name = value;
        else if (name === 'basedOn') style.basedOn = value;
        else if (name === 'outlineLvl') style.outline = Number(value);
        else if (name === 'numId') style.numId = value;
        else if (name === 'ilvl') style.listLevel = Number(value);
      },
      close: (name) => {
        if (name === 'style') style = null;
      },
    });
  }
}

/** Word stores the names of built-in styles in English, whatever the user's language. */
function levelOf(style: StyleDraft | undefined, id: string): number | null {
  const name = (style?.name ?? id).toLowerCase();
  if (name === 'title') return 1;
  const named = /^heading ?([1-9])$/.exec(name)?.[1];
  if (named !== undefined) return Math.min(6, Number(named));
  const outline = style?.outline ?? null;
  return outline === null || outline > 8 ? null : Math.min(6, outline + 1);
}
