/**
 * BM25 of short texts against a question, with those texts as the collection. Words are cut at case changes and
 * underscores; CJK characters count alone and in pairs. Linear in the texts.
 */
const stopWords: ReadonlySet<string> = new Set(
  (
    'the a an of in on at to for and or is are was were be been by with as that this it from what which who whom when ' +
    'where how did do does has have had than their his her its they he she not no if can will would about'
  ).split(' '),
);
const saturation = 1.2;
const lengthShare = 0.75;

/** One CJK character, or a run of other letters, digits and marks. */
const wordPattern = /[\u3040-\u9fff]|(?:(?![\u3040-\u9fff])[\p{L}\p{N}\p{M}])+/gu;

/** The words that count for matching, in order, with repetitions. */
export function bm25Words(text: string): readonly string[] {
  const cut = text
    .normalize('NFKC')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  const found = cut.toLowerCase().match(wordPattern) ?? [];
  const pairs: string[] = [];
  for (let index = 1; index < found.length; index++) {
    const [first, second] = [found[index - 1] ?? '', found[index] ?? ''];
    if (isCjk(first) && isCjk(second)) pairs.push(first + second);
  }
  return [...found, ...pairs];
}

function isCjk(word: string): boolean {
  return word.length === 1 && word >= '\u3040' && word <= '\u9fff';
}

/** The words that a question asks for, in order. */
export function askedWords(question: string): ReadonlySet<string> {
  return new Set(bm25Words(question).filter((word) => !stopWords.has(word)));
}

/**
 * The counted words of one text; kept by the caller so that a growing collection is not read again. Only words that are
 * asked for are counted: all words of a million tokens would take more memory than the model.
 */
export interface Bm25Entry {
  readonly counts: ReadonlyMap<string, number>;
  /** Of all words. */
  readonly length: number;
}

/** Shared by the many texts without any of the words. */
const noCounts: ReadonlyMap<string, number> = new Map();

export function createBm25Entry(text: string, asked: ReadonlySet<string>): Bm25Entry {
  const words = bm25Words(text);
  const found = words.filter((word) => asked.has(word));
  if (found.length === 0) return { counts: noCounts, length: words.length };
  const counts = new Map<string, number>();
  for (const word of found) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, length: words.length };
}

/** One score an entry, 0 where no word that is asked for stands in it. */
export function scoreBm25(asked: ReadonlySet<string>, entries: readonly Bm25Entry[]): Float64Array {
  const meanLength = entries.reduce((sum, entry) => sum + entry.length, 0) / Math.max(1, entries.length) || 1;
  const weights = new Map<string, number>();
  for (const word of asked) {
    const frequency = entries.reduce((sum, entry) => sum + (entry.counts.has(word) ? 1 : 0), 0);
    if (frequency > 0) weights.set(word, Math.log(1 + (entries.length - frequency + 0.5) / (frequency + 0.5)));
  }
  return Float64Array.from(entries, (entry) => {
    const norm = saturation * (1 - lengthShare + (lengthShare * entry.length) / meanLength);
    let score = 0;
    for (const [word, weight] of weights) {
      const count = entry.counts.get(word) ?? 0;
      if (count > 0) score += (weight * count * (saturation + 1)) / (count + norm);
    }
    return score;
  });
}
