/** Names in a sentence, by how they are written: runs of words with capitals, titles in Chinese marks, Chinese phrases. */
import { isStopWord } from '../retrieve/query-words';

/** An initial, or a word with a capital. */
const word = String.raw`(?:\p{Lu}\.(?= +\p{Lu})|\p{Lu}[\p{L}\p{M}\p{N}]*(?:['’.-][\p{L}\p{M}\p{N}]+)*)`;
/** Words that stand inside of names without a capital. */
const inside = '(?:(?:of|the|de|la|le|les|des|du|von|van|der|den|di|da|del|al|el|&) +){0,2}';
const nameRun = new RegExp(`${word}(?: +${inside}(?:${word}|\\p{N}+))*`, 'gu');
const markedTitle = /[《「『“]([^《》「」『』“”]{2,40})[》」』”]/gu;
const chinesePhrase = /[\p{Script=Han}\p{L}\p{N}]*\p{Script=Han}[\p{Script=Han}\p{L}\p{N}]*/gu;

/** Begin sentences, but no names. */
const openers = new Set(
  (
    'he she his her him hers after before during since between both also most some many one two although though however ' +
    'because despite among around about against through within without only other another each every such here now later ' +
    'yes no first born known according'
  ).split(' '),
);
const dateWord = /^(?:\p{N}+|January|February|March|April|May|June|July|August|September|October|November|December)$/u;
const maxChinesePhrases = 24;

/** Names of `text` that have a word which `question` has not, in the order of the text, none twice. */
export function newNames(text: string, question: string): readonly string[] {
  const asked = new Set(wordsOf(question));
  const latin = [...text.matchAll(nameRun)].map(([run]) => withoutOpeners(run));
  const marked = [...text.matchAll(markedTitle)].map(([, title = '']) => title);
  const isNew = (name: string): boolean =>
    name.length > 1 &&
    name.split(' ').some((own) => !dateWord.test(own) && wordsOf(own).some((part) => !asked.has(part)));
  const names = [...latin, ...marked].filter(isNew);
  const rest = chinesePhrases(text, question);
  return [...new Set(rest === '' ? names : [...names, rest])];
}

function withoutOpeners(run: string): string {
  const words = run.split(/ +/);
  const first = words.findIndex((own) => !opensSentences(own));
  return first < 0
    ? ''
    : words
        .slice(first)
        .join(' ')
        .replace(/['’]s$/, '');
}

/** `US` and an initial are names, whatever their letters spell. */
function opensSentences(word: string): boolean {
  return /^(?:[AI]|\p{L}\p{Ll}+)$/u.test(word) && (isStopWord(word) || openers.has(word.toLowerCase()));
}

/** Chinese has no capitals: all that the question does not say is searched at once. */
function chinesePhrases(text: string, question: string): string {
  const phrases = (text.match(chinesePhrase) ?? []).filter((phrase) => !question.includes(phrase));
  return phrases.slice(0, maxChinesePhrases).join(' ');
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
