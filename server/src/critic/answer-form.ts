/** Whether a candidate answer has the form that the question asks for: a name, a date, a number, a length. Pure. */
import type { AnswerCandidate } from './answer-candidates';
import type { AnswerSentence, FigureValues } from './answer-figures';
import { isAsked, isTelling, type AnswerQuestion } from './answer-question';
import type { AnswerWord } from './answer-words';

export function formFigures(
  question: AnswerQuestion,
  { text, words }: AnswerSentence,
  { first, last }: AnswerCandidate,
): FigureValues {
  const own = words.slice(first, last);
  const telling = own.filter(({ kind }) => isTelling(kind));
  const slice = text.slice(own[0]?.start, own.at(-1)?.end);
  const names = shareOf(telling, ({ kind }) => kind === 'name');
  const asked = shareOf(telling, ({ stem }) => isAsked(question, stem));
  const hasNumber = own.some(({ kind }) => kind === 'number');
  const form = question.isChinese ? chineseForm(slice, own) : englishForm(telling, names === 1);
  const [asksTime, asksNumber, asksPerson] = [
    question.kind === 'time',
    question.kind === 'number',
    question.kind === 'person',
  ];
  const isCount =
    hasNumber && !hasYear(own) && telling.length <= 4 && !own.some(({ kind }) => breaksCount(question, kind));
  return {
    fitPerson: asksPerson && form.isPerson,
    fitTime: asksTime && form.isDate,
    fitPlace: question.kind === 'place' && form.isPlace,
    fitNumber: asksNumber && isCount,
    misfit:
      (asksTime && !form.hasDate) || (asksNumber && !hasNumber) || (asksPerson && !question.isChinese && names < 0.5),
    name: names === 1,
    number: hasNumber && !asksNumber && !asksTime,
    choice: question.isChoice && names === 1,
    logWords: Math.log(own.length),
    long: Math.max(0, own.length - 4) / 4,
    whole: first === 0 && last >= words.length - 1,
    // What asks for a fact is answered briefly, unlike what asks for a thing or a reason.
    briefKind: question.kind === 'thing' || question.kind === 'reason' ? 0 : Math.log(own.length),
    asked: question.isChoice ? 0 : asked,
    askedChoice: question.isChoice ? asked : 0,
    askedEdge: Number(isAsked(question, own[0]?.stem)) + Number(isAsked(question, own.at(-1)?.stem)),
  };
}

function breaksCount({ isChinese }: AnswerQuestion, kind: AnswerWord['kind']): boolean {
  return kind === 'name' || (isChinese && kind === 'mark');
}

interface Form {
  readonly isPerson: boolean;
  /** A date and nothing else, and one among other words. */
  readonly isDate: boolean;
  readonly hasDate: boolean;
  readonly isPlace: boolean;
}

function englishForm(telling: readonly AnswerWord[], isName: boolean): Form {
  const dates = shareOf(telling, ({ kind, stem }) => kind === 'month' || dayOrYear.test(stem));
  const hasDate = hasYear(telling);
  return {
    isPerson: isName && telling.length >= 2 && telling.length <= 3,
    isDate: hasDate && dates === 1,
    hasDate,
    isPlace: isName,
  };
}

function chineseForm(slice: string, own: readonly AnswerWord[]): Form {
  return {
    isPerson: chineseName.test(slice),
    isDate: own.length < 9 && chineseDate.test(slice),
    hasDate: chineseTime.test(slice) && own.some(({ kind }) => kind === 'number'),
    isPlace: chinesePlace.test(slice),
  };
}

const dayOrYear = /^\d{1,2}(?:st|nd|rd|th)?$|^[12]\d{3}s?$/;
const chineseDate = /^[^，。、；]*(?:年|月|日|号|號|世[纪紀]|时期|時期|时代|時代|代|朝|周)[初末中底间間前]?$/;
const chineseTime = /[年月日号號]|世[纪紀]|时期|時期|时代|時代/;
const chinesePlace = /[国國省市县縣州区區岛島山河路街村镇鎮府]$/u;
/** A common surname with one or two characters, or a foreign name with points in it. */
const chineseName =
  /^(?:[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭萧田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋方白邹鄒孟熊秦邱江尹薛段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴武戴莫孔汤湯][\u3400-\u9fff]{1,2}|[\u3400-\u9fff]+(?:[·‧•・][\u3400-\u9fff]+)+)$/u;

function hasYear(words: readonly AnswerWord[]): boolean {
  return words.some(({ kind, stem }) => kind === 'month' || /^[12]\d{3}/.test(stem));
}

function shareOf(words: readonly AnswerWord[], has: (word: AnswerWord) => boolean): number {
  return words.filter(has).length / Math.max(1, words.length);
}
