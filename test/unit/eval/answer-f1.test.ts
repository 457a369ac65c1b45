/** F1 and exact match against cases computed by hand. */
import { expect, test } from 'vitest';
import { scoreAnswer } from '../../../server/src/eval/answer-f1';

test.each<[what: string, lang: string, given: string, answers: string[], f1: number, exactMatch: number]>([
  ['case, marks and articles do not count', 'en', 'The “Old” Lamp!', ['an old lamp'], 1, 1],
  ['two of three words, two of two', 'en', 'in October 1931', ['October 1931'], 4 / 5, 0],
  ['a word counts as often as it stands in both', 'en', 'pier pier ferry', ['pier ferry ferry'], 4 / 6, 0],
  ['marks inside of a word close it up', 'en', 'the U.S.', ['US'], 1, 1],
  ['a part of a word is another word', 'en', 'lamps', ['lamp'], 0, 0],
  ['the nearest answer counts', 'en', 'Ofori', ['nobody', 'Tamsin Ofori'], 2 / 3, 0],
  ['the same words in another order are no exact match', 'en', 'Ofori Tamsin', ['Tamsin Ofori'], 1, 0],
  ['nothing is near nothing only', 'en', 'the', ['a'], 1, 1],
  ['nothing is far from something', 'en', '', ['lamp'], 0, 0],
  ['Chinese is compared by characters', 'zh', '全长一千二百米', ['一千二百米'], 10 / 12, 0],
  ['Chinese marks and spaces do not count', 'zh', '《渡口》 的灯。', ['渡口的灯'], 1, 1],
  ['an article in Chinese is a letter', 'zh', 'a组', ['组'], 2 / 3, 0],
])('%s', (_what, lang, given, answers, f1, exactMatch) => {
  const score = scoreAnswer(given, answers, lang);
  expect(score.f1).toBeCloseTo(f1, 12);
  expect(score.exactMatch).toBe(exactMatch);
});
