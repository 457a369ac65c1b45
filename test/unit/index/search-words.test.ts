import { expect, it } from 'vitest';
import { searchWords } from '../../../server/src/index/search-words';

it.each([
  ['reqIdGenFactory', 'reqidgenfactory req id gen factory'],
  ['MAX_BODY_SIZE', 'maxbodysize max body size'],
  ['parseHTTPHeader2', 'parsehttpheader2 parse http header 2'],
  ['Hello, world!', 'hello world'],
  ['深度学习', '深 深度 度 度学 学 学习 习'],
  ['使用fastify框架', '使 使用 用 fastify 框 框架 架'],
  ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
  ['naïve Straße', 'naïve straße'],
  ['"a" OR NEAR(b*)', 'a or near b'],
  ['👍🏽', ''],
])('%s', (text, expected) => {
  expect(searchWords(text).join(' ')).toBe(expected);
});
