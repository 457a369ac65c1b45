/** The quote check: what counts as a quote, what is forgiven (setting), what never is (words, numbers, negation). */
import { describe, expect, it } from 'vitest';
import type { EvidenceSpan } from '../../../protocol/evidence';
import { verifyAnswer } from '../../../server/src/answer/verify';

function span(id: string, text: string, path = `${id}.md`, start = 100, startLine = 10): EvidenceSpan {
  return {
    id,
    path,
    start,
    end: start + text.length,
    startLine,
    endLine: startLine + text.split('\n').length - 1,
    text,
    score: 1,
  };
}

const timeouts = span(
  'S1',
  'The server does not retry a request.\nIt waits at most 30 s, or 1,500 ms for a socket,\n  and closes the connection – unless keepAlive is true.',
);
const zh = span('S2', '服务器默认不会重试请求，\n最长等待时间为 30 秒。连接随后关闭。');
const code = span('S3', 'const options = {\n  timeout: 5000,\n  onRequestAbort: null,\n};');
const evidence = [timeouts, zh, code];

/** One line a citation: `+S1 10-11 quote` when verified, `-S1 quote: problem` when not. */
function check(answer: string, question = ''): readonly string[] {
  return verifyAnswer(answer, evidence, { question }).map((citation) => {
    if (!citation.verified) return `-${citation.spanId ?? 'none'} ${citation.quote}: ${citation.problem ?? ''}`;
    const source = evidence.find((candidate) => candidate.id === citation.spanId);
    const slice = source?.text.slice((citation.start ?? 0) - 100, (citation.end ?? 0) - 100) ?? '';
    expect(citation.path).toBe(source?.path);
    // The slice must be the quote itself, white space and typography aside.
    const bare = (text: string): string =>
      text.replaceAll(/\s+/g, '').replaceAll(/[–—]/g, '-').replaceAll(/[“”]/g, '"');
    expect(bare(slice)).toBe(bare(citation.quote));
    return `+${citation.spanId ?? ''} ${citation.startLine}-${citation.endLine} ${citation.quote}`;
  });
}

describe('a quote that stands in the source', () => {
  it.each([
    ['the plain case with its id', 'It says "does not retry a request" [S1].', ['+S1 10-10 does not retry a request']],
    [
      'over line breaks and indentation',
      'So “or 1,500 ms for a socket, and closes the connection” [S1]',
      ['+S1 11-12 or 1,500 ms for a socket, and closes the connection'],
    ],
    [
      'with another dash',
      '"closes the connection - unless keepAlive is true" [S1]',
      ['+S1 12-12 closes the connection - unless keepAlive is true'],
    ],
    [
      "with the sentence's own comma inside",
      'As "closes the connection," [S1] says.',
      ['+S1 12-12 closes the connection'],
    ],
    ['in code marks', 'The default is `timeout: 5000` [S3].', ['+S3 11-11 timeout: 5000']],
    [
      'in a code block with its id below',
      '```js\n  timeout: 5000,\n  onRequestAbort: null,\n```\n[S3]',
      ['+S3 11-12 timeout: 5000,\n  onRequestAbort: null,'],
    ],
    [
      'under a wrong id, found in other evidence',
      '"does not retry a request" [S3]',
      ['+S1 10-10 does not retry a request'],
    ],
    [
      'Chinese, over a line break',
      '文档写道「不会重试请求，最长等待时间为 30 秒」[S2]。',
      ['+S2 10-11 不会重试请求，最长等待时间为 30 秒'],
    ],
    [
      'as a marked sentence without quotation marks',
      'It waits at most 30 s, or 1,500 ms for a socket [S1].',
      ['+S1 11-11 It waits at most 30 s, or 1,500 ms for a socket'],
    ],
    [
      'as a copied sentence without any mark',
      'Well. The server does not retry a request. Good.',
      ['+S1 10-10 The server does not retry a request.'],
    ],
    [
      'as a copied Chinese sentence',
      '是的。服务器默认不会重试请求，最长等待时间为 30 秒。真的。',
      ['+S2 10-11 服务器默认不会重试请求，最长等待时间为 30 秒。'],
    ],
    [
      'twice',
      '"does not retry a request" [S1], as said: "does not retry a request" [S1].',
      ['+S1 10-10 does not retry a request'],
    ],
    [
      'two quotes with two ids in one sentence',
      '"waits at most 30 s" [S1] and `timeout: 5000` [S3].',
      ['+S1 11-11 waits at most 30 s', '+S3 11-11 timeout: 5000'],
    ],
  ])('is verified: %s', (_name, answer, expected) => {
    expect(check(answer)).toEqual(expected);
  });
});

describe('a near miss is marked and never linked', () => {
  it.each([
    ['one word changed', '"does not repeat a request" [S1]'],
    ['a number changed', '"waits at most 31 s" [S1]'],
    ['a number cut at its comma', '"or 1" and "500 ms for a socket" [S1]'],
    ['a digit lost at the end', 'It has `timeout: 500` [S3]'],
    ['a number without its thousands comma', '"1500 ms for a socket" [S1]'],
    ['the negation dropped', '"The server does retry a request" [S1]'],
    ['the negation clipped off', '"retry a request" [S1]'],
    ['the Chinese negation dropped', '「服务器默认会重试请求」[S2]'],
    ['the Chinese negation clipped off', '「会重试请求」[S2]'],
    ['another case', '"the server does not retry" [S1]'],
    ['a word cut short', '`onRequest` and "keepAlive is tru" [S1]'],
    ['words left out with an ellipsis', '"The server does … retry a request" [S1]'],
    ['two places joined', '"The server closes the connection" [S1]'],
    ['words put together', '"keep Alive is true" [S1]'],
    ['a marked sentence in other words', 'The server never tries again [S1].'],
    ['an id that does not exist', '"some invented words" [S9]'],
    ['an unmarked quote', 'It is "some invented words" indeed.'],
  ])('%s', (_name, answer) => {
    const citations = verifyAnswer(answer, evidence);
    expect(citations.length).toBeGreaterThan(0);
    for (const citation of citations) {
      expect(citation).toMatchObject({ verified: false, start: null, end: null, startLine: null });
      expect(citation.problem).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('names the reason in plain words', () => {
    expect(check('"retry a request" [S1] or "made up words" [S2] or "other words" [S9].')).toEqual([
      '-S1 retry a request: S1 has these words only inside a longer word or number, or after a negation.',
      '-S2 made up words: These words are not in S2.',
      '-S9 other words: The answer cites S9, which is not among the evidence.',
    ]);
  });
});

describe('what is no claim about the sources', () => {
  it.each([
    ['plain prose', 'The server gives up at once and tells the user why it did so.'],
    ['a single short word in quotation marks', 'It is called "server" there.'],
    ['words of the question', 'You ask about "retry policy of sockets".'],
    ['an apostrophe', "It doesn't say, and the users' tests don't either."],
  ])('%s', (_name, answer) => {
    expect(check(answer, 'What is the retry policy of sockets?')).toEqual([]);
  });
});

it('checks a long answer against much evidence in linear time', () => {
  const many = Array.from({ length: 400 }, (_unused, idx) =>
    span(`S${idx + 1}`, `Fact number ${idx} says that value ${idx * 7} holds. `.repeat(40)),
  );
  const answer = Array.from(
    { length: 200 },
    (_unused, idx) => `"Fact number ${idx} says that value ${idx * 7 + 1}" [S${idx + 1}].`,
  ).join('\n');
  const startedMs = performance.now();
  expect(verifyAnswer(answer, many).filter((citation) => citation.verified)).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(5000);
});
