/**
 * BM25 as the published baseline of the evidence sets has it, so that its table can be made again and a critic be
 * compared with it. The product's own (`critic/bm25.ts`) cuts words differently and may go on changing; this may not.
 */
const stopWords: ReadonlySet<string> = new Set(
  (
    'the a an of in on at to for and or is are was were be been by with as that this it from what which who whom when ' +
    'where how did do does has have had than their his her its they he she not no if can will would about'
  ).split(' '),
);
const [saturation, lengthShare] = [1.2, 0.75];

/** Words and numbers; Chinese characters alone and in pairs; names in code cut at case and underscore. */
export function referenceWords(text: string, lang: string): readonly string[] {
  const cut = lang === 'code' ? text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ') : text;
  const found = cut.toLowerCase().match(/[a-z0-9]+|[\u4e00-\u9fff]/g) ?? [];
  const pairs: string[] = [];
  for (let index = 1; index < found.length; index++) {
    const [first, second] = [found[index - 1] ?? '', found[index] ?? ''];
    if (first >= '\u4e00' && second >= '\u4e00') pairs.push(first + second);
  }
  return [...found, ...pairs];
}

/** One score a text, with the texts as the collection. */
export function scoreReferenceBm25(question: string, texts: readonly string[], lang: string): Float64Array {
  return indexReferenceBm25(texts, lang)(question);
}

/** The same for many questions on the same texts, whose words are counted once. */
export function indexReferenceBm25(texts: readonly string[], lang: string): (question: string) => Float64Array {
  const counts = texts.map((text) => countWords(referenceWords(text, lang)));
  const lengths = counts.map((count) => sum(count.values()));
  const meanLength = sum(lengths) / Math.max(1, lengths.length) || 1;
  return (question) => {
    const weights = new Map<string, number>();
    for (const word of new Set(referenceWords(question, lang))) {
      const frequency = counts.filter((count) => count.has(word)).length;
      if (stopWords.has(word) || frequency === 0) continue;
      weights.set(word, Math.log(1 + (counts.length - frequency + 0.5) / (frequency + 0.5)));
    }
    return Float64Array.from(counts, (words, index) => {
      const norm = saturation * (1 - lengthShare + (lengthShare * (lengths[index] ?? 0)) / meanLength);
      let score = 0;
      for (const [word, weight] of weights) {
        const count = words.get(word) ?? 0;
        if (count > 0) score += (weight * count * (saturation + 1)) / (count + norm);
      }
      return score;
    });
  };
}

function countWords(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
