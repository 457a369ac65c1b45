/**
 * What is known of a candidate answer, as numbers of about unit size: how well its sentence ranks, how it lies in the sentence
 * and to the words of the question, and (`answer-form.ts`) whether its form is the one that is asked for. Pure and
 * deterministic; linear in sentences and candidates.
 */
import type { AnswerCandidate } from './answer-candidates';
import { formFigures } from './answer-form';
import { isAsked, isTelling, type AnswerQuestion } from './answer-question';
import type { AnswerWord } from './answer-words';

/** A sentence or heading that candidates come from. */
export interface AnswerSentence {
  readonly text: string;
  readonly words: readonly AnswerWord[];
  /** The critic's value of each word less the sentence's mean. */
  readonly values: readonly number[];
  /** Place among the sentences by their score, and that score less the best one. */
  readonly rank: number;
  readonly below: number;
  readonly probability: number;
  /** Stems of the heading that it stands under, in order, between spaces; two spaces without one. */
  readonly heading: string;
}

/** What the sentences of a question have in common; all lists have one entry a sentence. */
export interface AnswerScene {
  readonly question: AnswerQuestion;
  readonly sentences: readonly AnswerSentence[];
  /** Between spaces. */
  readonly stems: readonly string[];
  readonly views: readonly SentenceView[];
}

interface SentenceView {
  /** The share of the question, by how rare its words are, in the sentence with its heading. */
  readonly coverage: number;
  /** The same in the heading alone, where what stands under it names another heading: the answer is then there. */
  readonly askedHead: number;
  /** Whether a sentence under another heading names this one's. */
  readonly linked: boolean;
}

/** The columns of a candidate's figures. */
export const answerFigures = [
  // The sentence.
  'below',
  'logRank',
  'probability',
  'coverage',
  'askedHead',
  'linked',
  // The form.
  'fitPerson',
  'fitTime',
  'fitPlace',
  'fitNumber',
  'misfit',
  'name',
  'number',
  'choice',
  'logWords',
  'long',
  'whole',
  'briefKind',
  // The words of the question in the candidate and beside it.
  'asked',
  'askedChoice',
  'askedEdge',
  'askedLeft',
  'slotLeft',
  'slotRight',
  'nounIn',
  'nounNear',
  // What other sentences and the critic say of it.
  'support',
  'value',
  // Where it is cut.
  'markRight',
  'attribute',
  'splitName',
  'innerMarks',
  'copula',
] as const;
export type AnswerFigure = (typeof answerFigures)[number];
export type FigureValues = Partial<Record<AnswerFigure, number | boolean>>;

export function createScene(question: AnswerQuestion, sentences: readonly AnswerSentence[]): AnswerScene {
  const stems = sentences.map(({ words }) => joinStems(words));
  const rarity = [...question.stems].map((stem) => {
    const count = stems.filter((own) => own.includes(` ${stem} `)).length;
    return [stem, Math.log(1 + (sentences.length + 0.5) / (count + 0.5))] as const;
  });
  const sum = rarity.reduce((total, [, weight]) => total + weight, 0) || 1;
  const weigh = (text: string): number =>
    rarity.reduce((total, [stem, weight]) => total + (text.includes(` ${stem} `) ? weight / sum : 0), 0);
  const others = (heading: string): readonly string[] =>
    [...headings].filter((other) => other !== heading && other.trim() !== '');
  const headings = new Set(sentences.map(({ heading }) => heading));
  const textUnder = (heading: string): string =>
    stems.filter((_, place) => sentences[place]?.heading === heading).join(' ');
  const views = sentences.map(({ heading }, place) => {
    const under = textUnder(heading);
    const leadsOn = others(heading).some((other) => under.includes(other));
    return {
      coverage: weigh(`${stems[place] ?? ''}${heading}`),
      askedHead: leadsOn ? weigh(heading) : 0,
      linked: heading.trim() !== '' && others(heading).some((other) => textUnder(other).includes(heading)),
    };
  });
  return { question, sentences, stems, views };
}

/** Of the words that say something, between spaces. */
export function joinStems(words: readonly AnswerWord[]): string {
  const telling = words.filter(({ kind }) => isTelling(kind));
  return ` ${telling.map(({ stem }) => stem).join(' ')} `;
}

/** One row a candidate of the sentence at `place`. */
export function figuresOf(
  scene: AnswerScene,
  place: number,
  candidates: readonly AnswerCandidate[],
): readonly Float32Array[] {
  const sentence = scene.sentences[place];
  if (!sentence) return [];
  const { below, rank, probability } = sentence;
  const shared: FigureValues = { below, logRank: Math.log(1 + rank), probability, ...scene.views[place] };
  return candidates.map((candidate) => {
    const own = joinStems(sentence.words.slice(candidate.first, candidate.last));
    const support = scene.stems.filter((stems, other) => other !== place && stems.includes(own)).length;
    const figures: FigureValues = {
      ...shared,
      ...formFigures(scene.question, sentence, candidate),
      ...placeFigures(scene.question, sentence, candidate),
      support: Math.log(1 + support),
    };
    return Float32Array.from(answerFigures, (name) => Number(figures[name] ?? 0));
  });
}

function placeFigures(
  question: AnswerQuestion,
  { text, words, values }: AnswerSentence,
  { first, last }: AnswerCandidate,
): FigureValues {
  const [left, right] = [words[first - 1], words[last]];
  const value = values.slice(first, last).reduce((sum, one) => sum + one, 0) / Math.max(1, last - first);
  return {
    ...slotFigures(question, words, { first, last }),
    value: 10 * value,
    markRight: isMark(right),
    attribute: right !== undefined && attributive.test(text.slice(right.start, right.end)),
    splitName: splitNames(words, first, last) + (question.isChinese ? splitCounts(words, first, last) : 0),
    innerMarks: words.slice(first, last).filter(isMark).length,
    copula: left !== undefined && copula.test(text.slice(left.start, left.end)),
  };
}

/** What stands before it only says more of what stands behind it. */
const attributive = /^[的之]$/;
const copula = /^(?:is|was|are|were|be|as|by|是|为|為|叫|称|稱|由)$/i;

function slotFigures(
  question: AnswerQuestion,
  words: readonly AnswerWord[],
  { first, last }: AnswerCandidate,
): FigureValues {
  const isNoun = ({ stem }: AnswerWord): boolean => question.nouns.has(stem);
  const nounIn = words.slice(first, last).some(isNoun);
  const beside = [...words.slice(Math.max(0, first - 3), first), ...words.slice(last, last + 3)];
  return {
    askedLeft: words.slice(Math.max(0, first - 2), first).some(({ stem }) => isAsked(question, stem)),
    slotLeft: shareOfSlot(question.before, words.slice(Math.max(0, first - 4), first)),
    slotRight: shareOfSlot(question.after, words.slice(last, last + 4)),
    nounIn,
    nounNear: !nounIn && beside.some(isNoun),
  };
}

function isMark(word: AnswerWord | undefined): boolean {
  return word === undefined || word.kind === 'mark';
}

/** How much of the question's nearest three words stands beside the candidate. */
function shareOfSlot(slot: readonly string[], beside: readonly AnswerWord[]): number {
  const wanted = slot.slice(0, 3);
  const found = wanted.filter((stem) => beside.some((word) => word.stem === stem));
  return found.length / Math.max(1, wanted.length);
}

/** Ends of the candidate at which a name goes on. */
function splitNames(words: readonly AnswerWord[], first: number, last: number): number {
  const isNamed = (word: AnswerWord | undefined): boolean => word?.kind === 'name' || word?.kind === 'month';
  return (
    Number(isNamed(words[first - 1]) && isNamed(words[first])) +
    Number(isNamed(words[last - 1]) && isNamed(words[last]))
  );
}

/** Ends at which a Chinese number is cut off from its measure word. */
function splitCounts(words: readonly AnswerWord[], first: number, last: number): number {
  const [left, start, end, right] = [words[first - 1], words[first], words[last - 1], words[last]];
  const goesOn = right?.kind === 'number' || right?.kind === 'plain';
  return (
    Number(end?.kind === 'number' && goesOn && end.end === right.start) +
    Number(left?.kind === 'number' && left.end === start?.start)
  );
}
