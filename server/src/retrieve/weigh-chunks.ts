/**
 * What a chunk's full text score is worth for a question: less in a kind of file that was not asked about, more in a
 * file that answers to the question as a whole. Works on the scores of one list, which can be compared; linear.
 */
import { isTestPath } from './test-paths';
import type { StoredChunk } from '../index/index-store';

/** What kinds of files a question is about. */
export interface AskedKinds {
  readonly tests: boolean;
  readonly code: boolean;
}

/** A test shows what code does, but it repeats the question's words more often than the place that answers it. */
const testWeight = 0.75;
/** So does the documentation, where the question names what only code has. */
const proseWeight = 0.7;
/** So many of a file's best chunks say how well it answers to the question as a whole. */
const chunksOfFile = 3;

/** What a chunk gets of the one beside it: a long function lies in several, and its words are spread over them. */
const neighbourShare = 0.5;
/** Chunks are apart by blank lines at most. */
const maxGapLines = 4;

const prosePath = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|text|html?|tex|org)$|(?:^|\/)[A-Z]+$/;
const asksForTests = /\b(?:tests?|tested|testing|specs?)\b|测试/i;
const asksForCode =
  /\b(?:class(?:es)?|subclass\w*|methods?|functions?|decorators?|modules?|attributes?|parameters?|arguments?|types?|interfaces?|instances?|constructors?|inherit\w*|overrid\w*|implement\w*|exceptions?|callbacks?|variables?|code(?:base)?|import\w*)\b|类|函数|方法|参数|实现|代码|变量|接口|模块/i;

export function readAskedKinds(question: string): AskedKinds {
  return { tests: asksForTests.test(question), code: asksForCode.test(question) };
}

/** The factor of a file for a question. */
export function weightOfKind(path: string, asked: AskedKinds): number {
  if (!asked.tests && isTestPath(path)) return testWeight;
  return asked.code && prosePath.test(path) ? proseWeight : 1;
}

/**
 * The chunks with what they are worth, best first. A file's own worth, the mean of its best chunks, is added to each of
 * its chunks: what answers a question stands together, and a lone chunk that repeats its words is often a coincidence.
 */
export function weighChunks(chunks: readonly StoredChunk[], asked: AskedKinds): readonly StoredChunk[] {
  const weighed = chunks.map((chunk) => ({ ...chunk, score: chunk.score * weightOfKind(chunk.path, asked) }));
  const worth = fileWorth(weighed);
  const neighbours = neighbourScores(weighed);
  return weighed
    .map((chunk, place) => {
      const neighbour = neighbourShare * (neighbours[place] ?? 0);
      return { ...chunk, score: chunk.score + (worth.get(chunk.path) ?? 0) + neighbour };
    })
    .sort((left, right) => right.score - left.score);
}

/** The better score of the chunks right before and after each, 0 where neither was found. */
function neighbourScores(chunks: readonly StoredChunk[]): Float64Array {
  const scores = new Float64Array(chunks.length);
  const places = chunks.map((_, place) => place);
  const at = (place: number | undefined): StoredChunk | undefined => (place === undefined ? undefined : chunks[place]);
  places.sort((left, right) => {
    const [one, other] = [at(left), at(right)];
    if (!one || !other) return 0;
    return one.path === other.path ? one.startOffset - other.startOffset : one.path < other.path ? -1 : 1;
  });
  for (let index = 1; index < places.length; index++) {
    const [place = 0, next = 0] = [places[index - 1], places[index]];
    const [one, other] = [at(place), at(next)];
    if (!one || !other || one.path !== other.path || other.startLine - one.endLine > maxGapLines) continue;
    scores[place] = Math.max(scores[place] ?? 0, other.score);
    scores[next] = Math.max(scores[next] ?? 0, one.score);
  }
  return scores;
}

function fileWorth(chunks: readonly StoredChunk[]): ReadonlyMap<string, number> {
  const best = new Map<string, number[]>();
  for (const { path, score } of chunks.toSorted((left, right) => right.score - left.score)) {
    const own = best.get(path) ?? [];
    if (own.length < chunksOfFile) own.push(score);
    best.set(path, own);
  }
  const sum = (scores: readonly number[]): number => scores.reduce((total, score) => total + score, 0);
  return new Map([...best].map(([path, scores]) => [path, sum(scores) / scores.length]));
}
