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
export function isStopWord(word: string): boolean {
  return stopWords.has(word);
}

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

/** The counted words of one text; kept by the caller so that a growing collection is not read again. */
export interface Bm25Entry {
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

export function createBm25Entry(text: string): Bm25Entry {
  const counts = new Map<string, number>();
  const words = bm25Words(text);
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, length: words.length };
}

/** One score an entry, 0 where no word of the question stands in it. */
export function scoreBm25(question: string, entries: readonly Bm25Entry[]): Float64Array {
  const meanLength = entries.reduce((sum, entry) => sum + entry.length, 0) / Math.max(1, entries.length) || 1;
  const weights = new Map<string, number>();
  for (const word of new Set(bm25Words(question))) {
    if (stopWords.has(word)) continue;
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
