/** Replies as models write them, good and bad. */
import { describe, expect, it } from 'vitest';
import { requestText } from '../../../server/src/fold/fold-request';
import {
  parseJsonReply,
  parseMemoryText,
  parseTagReply,
  type StepParse,
} from '../../../server/src/fold/parse-step-reply';

/** `fact{ids} | plan | search`, or the problem. */
function show(parse: StepParse): string {
  if (parse.kind === 'bad') return `bad: ${parse.problem}`;
  const { lines, plan, next } = parse.reply;
  return `${lines.map((line) => `${line.text}{${line.spanIds.join()}}`).join(' ')} | ${plan} | ${next === null ? '-' : [next.kind, requestText(next)].join(' ').trim()}`;
}

describe('JSON', () => {
  const good =
    '{"memory":[{"fact":"It is 30 s","spans":["S1"]}],"plan":"limits","next":"search","what":"socket limit"}';
  it.each([
    ['plain', good, 'It is 30 s{S1} | limits | search socket limit'],
    [
      'fenced, with text around',
      `Sure!\n\`\`\`json\n${good}\n\`\`\`\nDone {ok}.`,
      'It is 30 s{S1} | limits | search socket limit',
    ],
    ['trailing commas', '{"memory":[{"fact":"a b","spans":["S1",],},],"plan":"p","search":"",}', 'a b{S1} | p | -'],
    [
      'cut in the second fact: the first stays whole',
      '{"memory":[{"fact":"a b","spans":["S1"]},{"fact":"the limit is 30',
      'a b{S1} |  | -',
    ],
    ['cut in the plan', '{"memory":[{"fact":"a b","spans":["S1"]}],"plan":"find the', 'a b{S1} |  | -'],
    ['facts as plain strings with ids', '{"memory":["a b [S1][S2]"],"plan":"p","search":"none"}', 'a b{S1,S2} | p | -'],
    [
      'the nested next step',
      '{"memory":[],"plan":"p","next":{"kind":"search","query":"x limit"}}',
      ' | p | search x limit',
    ],
    ['enough', '{"memory":[],"plan":"p","next":{"kind":"enough","query":"x"}}', ' | p | enough'],
    ['a file', '{"memory":[],"plan":"p","next":"file","what":"./docs\\\\a.md"}', ' | p | file docs/a.md'],
    ['a symbol', '{"memory":[],"plan":"p","next":"symbol","what":"`retry()`"}', ' | p | symbol retry'],
    ['an older wish', '{"memory":[],"plan":"p","search":"x limit"}', ' | p | search x limit'],
    ['a wish without words', '{"memory":[],"plan":"p","next":"search","what":"none"}', ' | p | -'],
    ["the prompt's own marks", '{"memory":["a b [no source] (disputed)"],"plan":"p"}', 'a b{} | p | -'],
    ['no JSON', 'I think the answer is 30.', 'bad: the reply is not a JSON object'],
    ['no memory', '{"answer":"30"}', 'bad: the reply has no list "memory"'],
    ['nothing in it', '{"memory":[],"plan":"","search":""}', 'bad: "memory" and "plan" are both empty'],
  ])('%s', (_name, text, expected) => {
    expect(show(parseJsonReply(text))).toBe(expected);
  });
});

describe('QwenLong tags', () => {
  it.each([
    [
      'as trained',
      'Updated memory:\n<memory>\n- It is 30 s [S1]\n- b c [S2, S3]\n</memory>\n<plan>limits\nSearch: socket limit</plan>',
      'It is 30 s{S1} b c{S2,S3} | limits\nSearch: socket limit | search socket limit',
    ],
    [
      'the previous memory repeated first',
      '<memory>old x</memory><memory>new x [S1]</memory><plan>p</plan>',
      'new x{S1} | p | -',
    ],
    ['plan missing its end', '<memory>a b [S1]</memory><plan>find', 'a b{S1} | find | -'],
    ['memory missing its end', '<memory>a b [S1]\n<plan>find</plan>', 'a b{S1} | find | -'],
    [
      'a file',
      '<memory>a b [S1]</memory><plan>p\nFile: docs/a.md</plan>',
      'a b{S1} | p\nFile: docs/a.md | file docs/a.md',
    ],
    ['enough', '<memory>a b [S1]</memory><plan>all there\nEnough.</plan>', 'a b{S1} | all there\nEnough. | enough'],
    ['no tags', 'It is 30 s', 'bad: the reply has no <memory> … </memory>'],
  ])('%s', (_name, text, expected) => {
    expect(show(parseTagReply(text))).toBe(expected);
  });
});

it('reads a memory as people write it', () => {
  expect(parseMemoryText('- one fact [S1][S2]\n\n2. another [no source]\nthird (S3)')).toEqual([
    { text: 'one fact', spanIds: ['S1', 'S2'] },
    { text: 'another', spanIds: [] },
    { text: 'third', spanIds: ['S3'] },
  ]);
});
