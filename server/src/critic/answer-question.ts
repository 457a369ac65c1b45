/** What a question asks for, as far as its form tells: a person, a time, a place, a number, one of several. Pure. */
import { cutAnswerWords, type AnswerWord } from './answer-words';

export type AnswerKind = 'person' | 'time' | 'place' | 'number' | 'reason' | 'thing';

export interface AnswerQuestion {
  readonly text: string;
  readonly kind: AnswerKind;
  /** `A or B?`: the answer stands in the question. */
  readonly isChoice: boolean;
  readonly isChinese: boolean;
  /** Stems of the words that say something. */
  readonly stems: ReadonlySet<string>;
  /** Stems of what stands behind `which` and `what`: the answer is one of these. */
  readonly nouns: ReadonlySet<string>;
  /** Stems before and after the word that asks, the nearest first: in Chinese the answer stands in its place. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const askingWord =
  /\b(?:who|whom|whose|when|where|which|what|how (?:many|much|old|long|tall|far|large|big|high)|how|why)\b|为什么|為什麼|为何|為何|什么|什麼|甚麼|何时|何時|何处|何處|何地|何人|何年|何种|何種|哪些?|谁|誰|多少|几|幾|多[大长長高久远遠]|如何|怎么样|怎麼樣|怎样|怎樣|怎么|怎麼|何/giu;
/** What may stand before the asking word of a question that begins with it (`In which`). */
const lead = /^\W*(?:\w{2,6}\s+)?$/;
const kinds: readonly (readonly [AnswerKind, RegExp])[] = [
  ['number', /^how (?:many|much|old|long|tall|far|large|big|high)\b|^多|^[几幾](?![年月日号號])/iu],
  ['reason', /^(?:why|how)\b|^[为為][什何]|^如何|^怎/iu],
  [
    'time',
    /^when|^(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time)\b|^何[时時年]|^什[么麼](?:时|時|年|日期)|^哪一?[年天日月个個]?(?:年|月|日|天|时|時|世纪|世紀)|^[几幾][年月日]/iu,
  ],
  ['person', /^who|^[谁誰]|^何人|^哪一?(?:位|[个個]人)/iu],
  [
    'place',
    /^where|^(?:what|which) (?:\w+ )?(?:city|country|county|state|town|village|nation|continent|island|region|district|province|place)\b|^何[处處地]|^哪[里裡裏儿兒]|^什[么麼]地方|^哪一?[个個座]?(?:国|國|城|省|县|縣|地|市|州|洲|区|區)/iu,
  ],
];

export function readQuestion(text: string): AnswerQuestion {
  const asking = findAsking(text);
  const at = asking?.index ?? 0;
  const behind = text.slice(at);
  const words = cutAnswerWords(text, 0, text.length);
  const telling = words.filter(
    ({ kind, start }) => isTelling(kind) && (start < at || start >= at + (asking?.[0].length ?? 0)),
  );
  const isChinese = /[\u3400-\u9fff]/.test(text);
  return {
    text,
    kind: (asking && kinds.find(([, pattern]) => pattern.test(behind))?.[0]) ?? 'thing',
    isChoice: /\p{L}.*\bor\b \p{L}|还是|還是/u.test(text),
    isChinese,
    stems: new Set(telling.map(({ stem }) => stem)),
    nouns: new Set(nounsBehind(words, at, asking?.[0] ?? '')),
    before: words
      .filter(({ kind, end }) => kind !== 'mark' && end <= at)
      .map(({ stem }) => stem)
      .reverse(),
    after: words
      .filter(({ kind, start }) => kind !== 'mark' && start >= at + (asking?.[0].length ?? 0))
      .map(({ stem }) => stem),
  };
}

/**
 * The word that asks: the first where the question begins with it, else the last one, because those between belong to clauses (`the player who
 * scored most was born in which city?`).
 */
function findAsking(text: string): RegExpExecArray | undefined {
  const found = [...text.matchAll(askingWord)];
  const [first] = found;
  if (!first || lead.test(text.slice(0, first.index)) || /[\u3400-\u9fff]/.test(text)) return first;
  return found.findLast(([word]) => /^(?:wh(?:at|ich)|how)/i.test(word)) ?? found.at(-1);
}

export function isTelling(kind: AnswerWord['kind']): boolean {
  return kind !== 'mark' && kind !== 'empty';
}

/** Chinese is not always cut at the same words. */
export function isAsked({ stems, isChinese, text }: AnswerQuestion, stem: string | undefined): boolean {
  return stem !== undefined && (stems.has(stem) || (isChinese && stem.length > 1 && text.includes(stem)));
}

/** Up to three words behind `which`, `what`, `哪个` and `什么`, until one that says nothing. */
function nounsBehind(words: readonly AnswerWord[], at: number, asking: string): readonly string[] {
  if (!/^(?:which|what|哪|什|甚|何)/iu.test(asking)) return [];
  const behind = words.filter(({ start }) => start >= at + asking.length);
  const stop = behind.findIndex(({ kind }) => !isTelling(kind));
  return behind.slice(0, stop < 0 ? 3 : Math.min(3, stop)).map(({ stem }) => stem);
}
