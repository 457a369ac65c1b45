/**
 * Documents of any size with facts planted in them, made a document at a time and the same for the same seed. Chains of
 * three facts lie far apart and in any order: a station's keeper, the keeper's boat, the boat's harbour; others of the
 * same form are about stations that nobody asks for.
 */
import type { DocumentSource } from '../../server/src/answer/ports';
import type { Passage } from '../../server/src/retrieve/retriever';

export interface FoldCorpus {
  readonly documents: DocumentSource;
  readonly question: string;
  /** The facts that the answer needs, word by word as they stand in the documents. */
  readonly facts: readonly string[];
  /** In the order of the question. */
  readonly answers: readonly string[];
  readonly chars: number;
}

export interface CorpusOptions {
  readonly seed: number;
  /** About so many characters in all. */
  readonly chars: number;
  /** Stations that are asked for, and others. */
  readonly asked: number;
  readonly others: number;
}

const [passageChars, passagesEach] = [1600, 24];
const syllables = [
  'ka',
  'ro',
  'ven',
  'tis',
  'mor',
  'el',
  'dan',
  'shu',
  'pri',
  'gol',
  'bex',
  'hal',
  'nir',
  'os',
  'wey',
  'fa',
];
const fillers = [
  'The survey of the northern shore went on through a mild and uneventful season',
  'Crates of rope and tar were counted twice and entered in the ledger',
  'Rain fell on the slate roofs for most of the afternoon',
  'A new path was cut through the heather towards the old quarry',
  'The committee read its minutes and adjourned without a vote',
  'Gulls followed the plough across the lower field until dusk',
  'Visitors admired the stained glass and signed the guest book',
];

/** Mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createFoldCorpus({ seed, chars, asked, others }: CorpusOptions): FoldCorpus {
  const random = createRandom(seed);
  const count = Math.max(1, Math.round(chars / (passageChars * passagesEach)));
  const taken = new Set<string>();
  const name = (): string => {
    for (;;) {
      const made = Array.from({ length: 3 }, () => syllables[Math.floor(random() * syllables.length)]).join('');
      if (taken.has(made)) continue;
      taken.add(made);
      return made.charAt(0).toUpperCase() + made.slice(1);
    }
  };
  const chains = Array.from({ length: asked + others }, () => {
    const [station, keeper, boat, harbour] = [name(), name(), name(), name()];
    const facts = [
      `The keeper of ${station} is ${keeper}.`,
      `The boat of ${keeper} is the ${boat}.`,
      `The ${boat} is moored at ${harbour}.`,
    ];
    return { station, harbour, facts };
  });
  const planted = new Map<number, string[]>();
  for (const fact of chains.flatMap((chain) => chain.facts)) {
    const place = Math.floor(random() * count * passagesEach);
    planted.set(place, [...(planted.get(place) ?? []), fact]);
  }
  const wanted = chains.slice(0, asked);
  const paths = Array.from({ length: count }, (_, idx) => `logs/${String(idx).padStart(5, '0')}.txt`);
  const passages = (path: string): Promise<readonly Passage[]> =>
    Promise.resolve(createDocument(seed, paths.indexOf(path), planted, path));
  return {
    documents: {
      list: () =>
        Promise.resolve(
          paths.map((path) => ({
            path,
            chunks: passagesEach,
            tokens: Math.round((passagesEach * passageChars) / 4),
            contentHash: String(seed),
          })),
        ),
      passages,
      symbol: () => Promise.resolve([]),
    },
    question: `At which harbours are the boats of the keepers of ${wanted.map((chain) => chain.station).join(', ')} moored?`,
    facts: wanted.flatMap((chain) => chain.facts),
    answers: wanted.map((chain) => chain.harbour),
    chars: count * passagesEach * passageChars,
  };
}

function createDocument(
  seed: number,
  idx: number,
  planted: ReadonlyMap<number, readonly string[]>,
  path: string,
): readonly Passage[] {
  const random = createRandom(seed * 7919 + idx);
  const passages: Passage[] = [];
  let [startOffset, startLine] = [0, 0];
  for (let part = 0; part < passagesEach; part += 1) {
    const facts = planted.get(idx * passagesEach + part) ?? [];
    const sentences: string[] = [];
    let length = facts.reduce((sum, fact) => sum + fact.length + 1, 0);
    while (length < passageChars - 60) {
      const sentence = `${fillers[Math.floor(random() * fillers.length)] ?? ''} on day ${Math.floor(random() * 9000)}.`;
      sentences.push(sentence);
      length += sentence.length + 1;
    }
    for (const fact of facts) sentences.splice(Math.floor(random() * sentences.length), 0, fact);
    const text = `${sentences.join(' ')}\n`;
    const endOffset = startOffset + text.length;
    passages.push({
      path,
      startOffset,
      endOffset,
      startLine,
      endLine: startLine,
      heading: '',
      text,
      score: 1,
      sources: [],
    });
    startOffset = endOffset;
    startLine += 1;
  }
  return passages;
}
