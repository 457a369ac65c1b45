/**
 * Answers about real fixture documents with one planted defect each, and right ones: made from slices of the documents by
 * rules of its own, so that nothing here knows how the check reads an answer. Everything follows from the seed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceSpan } from '../../../protocol/evidence';

export type Defect = 'wrongQuote' | 'wrongLine' | 'changedNumber' | 'madeUpFile' | 'otherFile';
export const defects: readonly Defect[] = ['wrongQuote', 'wrongLine', 'changedNumber', 'madeUpFile', 'otherFile'];

export interface GeneratedAnswer {
  readonly evidence: readonly EvidenceSpan[];
  /** One text a sentence; the answer is all of them, one a line. */
  readonly sentences: readonly string[];
  /** Which sentence has the defect; null in a right answer. */
  readonly defect: { readonly kind: Defect; readonly sentence: number } | null;
}

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');
const documentPaths = [
  'answer/ferry-handbook.md',
  'sample-workspace/README.md',
  'sample-workspace/docs/retries.md',
  'sample-workspace/docs/zh.md',
  'sample-workspace/src/queue.ts',
  'sample-workspace/src/graveyard.py',
  'repo-qa/lighthouse/README.md',
  'repo-qa/lighthouse/src/lamp.py',
  'repo-qa/lighthouse/src/weather.py',
  'code/languages/guide.md',
  'code/languages/cart.ts',
  'code/languages/Invoice.cs',
  'code/shop/docs/guide.md',
  'critic/texts/handbook-zh.txt',
  'critic/texts/notice-hant.txt',
] as const;

interface Stretch {
  readonly path: string;
  readonly text: string;
  readonly start: number;
  /** 1-based. */
  readonly line: number;
}

const documents = documentPaths.map((path) => ({ path, text: readFileSync(join(fixtures, path), 'utf8') }));
const everything = documents.map(({ text }) => text).join('\n');
const stretches = documents.flatMap(({ path, text }) => cutStretches(path, text));
const quotable = stretches.filter(({ text }) => sentencesOf(text).length > 0);
const numbered = stretches.filter(({ text }) => numbersOf(text).length > 0);

/** Seeded as in Mulberry32, a public-domain generator: the same list for the same seed, everywhere. */
export class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }
}

/** `count` answers, the kinds of defect in turn. */
export function defectiveAnswers(count: number, seed: number): readonly GeneratedAnswer[] {
  return Array.from({ length: count }, (_unused, idx) => {
    const kind = defects[idx % defects.length] ?? 'wrongQuote';
    return makeAnswer(new Dice(seed * 100_003 + idx), kind);
  });
}

export function rightAnswers(count: number, seed: number): readonly GeneratedAnswer[] {
  return Array.from({ length: count }, (_unused, idx) => makeAnswer(new Dice(seed * 200_003 + idx), null));
}

function makeAnswer(dice: Dice, kind: Defect | null): GeneratedAnswer {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const target = dice.pick(kind === 'changedNumber' ? numbered : quotable);
    const evidence = evidenceAround(dice, target);
    const right = Array.from({ length: 1 + dice.below(3) }, () => rightSentence(dice, dice.pick(evidence))).filter(
      (text) => text !== null,
    );
    if (right.length === 0) continue;
    if (kind === null) return { evidence, sentences: right, defect: null };
    const cited = evidence.find((span) => span.path === target.path && span.start === target.start);
    const bad = cited && defectiveSentence(dice, kind, cited, evidence);
    if (bad === undefined || bad === null) continue;
    const sentence = dice.below(right.length + 1);
    return { evidence, sentences: right.toSpliced(sentence, 0, bad), defect: { kind, sentence } };
  }
  throw new Error(`No answer with the defect ${kind ?? 'none'} could be made.`);
}

/** The target, other stretches of its file, and some of other files, with ids in a random order. */
function evidenceAround(dice: Dice, target: Stretch): readonly EvidenceSpan[] {
  const chosen = new Set([target]);
  const same = stretches.filter(({ path }) => path === target.path);
  const others = stretches.filter(({ path }) => path !== target.path);
  for (let idx = 0; idx < 3; idx += 1) chosen.add(dice.pick(same));
  for (let idx = 0; idx < 4; idx += 1) chosen.add(dice.pick(others));
  const list = [...chosen].map((stretch) => ({ stretch, at: dice.below(1e6) })).sort((a, b) => a.at - b.at);
  return list.map(({ stretch: { path, text, start, line } }, idx) => ({
    id: `S${idx + 1}`,
    path,
    text,
    start,
    end: start + text.length,
    startLine: line,
    endLine: line + text.split('\n').length - 1,
    score: 1 - idx / 10,
  }));
}

function rightSentence(dice: Dice, span: EvidenceSpan): string | null {
  const quote = pickQuote(dice, span);
  const number = numbersOf(span.text)[0];
  const isChinese = /\p{Script=Han}/u.test(span.text);
  switch (dice.below(6)) {
    case 0:
      return number === undefined
        ? null
        : isChinese
          ? `数字是 ${otherForm(dice, number)} [${span.id}]。`
          : `The figure given is ${otherForm(dice, number)} [${span.id}].`;
    case 1:
      return quote && !/["“”「」`]/.test(quote) ? `${quote.replace(/[.。]$/u, '')} [${span.id}].` : null;
    case 2:
      return quote && inFrame(dice, quote, `(${span.path}:${lineOf(span, quote)})`, isChinese);
    case 3:
      return quote && inFrame(dice, resetType(dice, quote), `[${span.id}]`, isChinese);
    case 4: {
      const name = identifierOf(dice, span);
      return name === null ? null : `The name \`${name}\` is used there [${span.id}].`;
    }
    default:
      return quote && inFrame(dice, quote, `[${span.id}]`, isChinese);
  }
}

function defectiveSentence(
  dice: Dice,
  kind: Defect,
  span: EvidenceSpan,
  evidence: readonly EvidenceSpan[],
): string | null {
  const isChinese = /\p{Script=Han}/u.test(span.text);
  const quote = pickQuote(dice, span);
  if (kind === 'changedNumber') return withOtherNumber(dice, span, isChinese);
  if (quote === null) return null;
  switch (kind) {
    case 'wrongQuote': {
      const wrong = changeWords(dice, quote, isChinese);
      return wrong === null || bare(everything).includes(bare(wrong))
        ? null
        : inFrame(dice, wrong, `[${span.id}]`, isChinese);
    }
    case 'wrongLine': {
      const stands = span.text.split('\n').length;
      const line = lineOf(span, quote) + stands + 3 + dice.below(40);
      const place = dice.below(2) === 0 ? `(${span.path}:${line})` : `[${span.id}] ${isChinese ? `（第 ${line} 行）` : `(line ${line})`}`; // prettier-ignore
      return inFrame(dice, quote, place, isChinese);
    }
    case 'madeUpFile': {
      const name = `${dice.pick(['docs/', 'src/', 'lib/core/', ''])}${dice.pick(['overview', 'timeouts', 'policy_v2', 'handler', 'annual-report'])}.${dice.pick(['md', 'ts', 'py', 'pdf'])}`;
      return documents.some(({ path }) => path.endsWith(name)) ? null : inFrame(dice, quote, `(${name}${dice.below(2) === 0 ? ':12' : ''})`, isChinese); // prettier-ignore
    }
    case 'otherFile': {
      const others = evidence.filter((other) => other.path !== span.path && !bare(other.text).includes(bare(quote)));
      return others.length === 0 ? null : inFrame(dice, quote, `[${dice.pick(others).id}]`, isChinese);
    }
  }
}

/** The number inside a quote, inside a sentence taken over, or in the model's own words. */
function withOtherNumber(dice: Dice, span: EvidenceSpan, isChinese: boolean): string | null {
  const number = dice.pick(numbersOf(span.text));
  const digits = number.replace(/\d/, (digit) => String((Number(digit) % 9) + 1)) + (dice.below(3) === 0 ? '7' : '');
  if (new RegExp(`(?<![\\d.,])${digits.replace('.', '\\.')}(?![\\d])`).test(span.text)) return null;
  const sentence = sentencesOf(span.text).find((text) => text.includes(number));
  switch (dice.below(sentence === undefined ? 1 : 3)) {
    case 0:
      return isChinese ? `数字是 ${digits} [${span.id}]。` : `The figure given is ${digits} [${span.id}].`;
    case 1:
      return inFrame(dice, (sentence ?? '').replace(number, digits), `[${span.id}]`, isChinese);
    default:
      return `${(sentence ?? '').replace(number, digits).replace(/[.。]$/u, '')} [${span.id}].`;
  }
}

function inFrame(dice: Dice, quote: string, place: string, isChinese: boolean): string {
  const [open, close] = quote.includes('"') || quote.includes('“') ? ['「', '」'] : dice.pick([['“', '”'], ['"', '"'], ['「', '」']] as const); // prettier-ignore
  const quoted = `${open}${quote}${close}`;
  const frames = isChinese
    ? [`原文写道${quoted}${place}。`, `${quoted}${place}。`, `因此${quoted}${place}，如上。`]
    : [`It says ${quoted} ${place}.`, `${quoted} ${place}.`, `As ${quoted} ${place} shows, this holds.`];
  return dice.pick(frames);
}

/** From the beginning of a sentence, so that no negation is cut off, to its end or to the end of a word. */
function pickQuote(dice: Dice, span: EvidenceSpan): string | null {
  const sentences = sentencesOf(span.text);
  if (sentences.length === 0) return null;
  const sentence = dice.pick(sentences);
  const words = sentence.split(' ');
  if (words.length < 8 || dice.below(2) === 0) return sentence;
  const cut = words.slice(0, 6 + dice.below(words.length - 6)).join(' ');
  return /[\p{L}]$/u.test(cut) && balanced(cut) ? cut : sentence;
}

/** Setting alone: line breaks, dashes, typographic quotes, full-width forms. */
function resetType(dice: Dice, quote: string): string {
  switch (dice.below(4)) {
    case 0:
      return quote.replaceAll(' ', () => (dice.below(3) === 0 ? '\n' : ' '));
    case 1:
      return quote.replaceAll("'", '’').replaceAll(' - ', ' – ');
    case 2:
      return quote.replaceAll(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    default:
      return quote.replaceAll(',', '，').replaceAll('，', dice.below(2) === 0 ? ',' : '，');
  }
}

/** One word replaced, left out, put in, or two that change places. */
function changeWords(dice: Dice, quote: string, isChinese: boolean): string | null {
  const words = isChinese ? [...quote] : quote.split(' ');
  const glue = isChinese ? '' : ' ';
  const at = 1 + dice.below(words.length - 2);
  switch (dice.below(4)) {
    case 0:
      return words
        .with(at, isChinese ? dice.pick([...'春河木鸟']) : dice.pick(['seldom', 'harbour', 'module', 'green']))
        .join(glue);
    case 1:
      return words.toSpliced(at, 1).join(glue);
    case 2:
      return words.toSpliced(at, 0, isChinese ? '不' : 'not').join(glue);
    default: {
      const [one, two] = [words[at], words[at + 1]];
      return one === undefined || two === undefined || one === two ? null : words.toSpliced(at, 2, two, one).join(glue);
    }
  }
}

/** The same number as people write it: grouped, with a decimal zero, or in words. */
function otherForm(dice: Dice, number: string): string {
  const value = Number(number);
  if (!Number.isInteger(value)) return dice.below(2) === 0 ? number : `${number}0`;
  return dice.below(2) === 0 ? value.toLocaleString('en-US') : number;
}

function identifierOf(dice: Dice, span: EvidenceSpan): string | null {
  const names = span.text.match(/\b[a-z]+(?:[A-Z][a-z]+|_[a-z]+)+\b/g) ?? [];
  return names.length === 0 ? null : dice.pick(names);
}

function lineOf(span: EvidenceSpan, quote: string): number {
  return span.startLine + span.text.slice(0, span.text.indexOf(quote)).split('\n').length - 1;
}

/** Paragraphs, with their place in the file. */
function cutStretches(path: string, text: string): readonly Stretch[] {
  return [...text.matchAll(/(?:[^\n]*\S[^\n]*(?:\n|$))+/g)].map((match) => ({
    path,
    text: match[0].trimEnd(),
    start: match.index,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** Sentences of one line that can be quoted: five words, or eight Chinese characters, and no open brackets or quotes. */
function sentencesOf(text: string): readonly string[] {
  return text
    .split(/\n|(?<=[.!?])\s+(?=\p{Lu})|(?<=[。！？])/u)
    .map((part) => part.trim().replace(/^(?:[-*]|#+|\/\/|\d+\.)\s+/, ''))
    .filter((part) => (part.match(/\p{Script=Han}/gu)?.length ?? 0) >= 8 || part.split(' ').length >= 5)
    .filter((part) => balanced(part) && !/[`「」]/.test(part));
}

function balanced(text: string): boolean {
  return (text.match(/["“”]/g)?.length ?? 0) % 2 === 0;
}

/** Plain numbers that are no part of a name, a list or a date. */
function numbersOf(text: string): readonly string[] {
  return text.match(/(?<![\p{L}\d_.,:/#-])\d+(?:\.\d+)?(?![\p{L}\d_.,:/-]|\s*%)/gu) ?? [];
}

/** Letters and digits alone, for the certainty that a changed quote stands nowhere. */
function bare(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
