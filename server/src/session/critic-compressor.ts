/** The answer stage's compressor over the critic, and compressing whole files without an index. */
import type { Granularity } from '../../../protocol/trace-events';
import type { Compression, Compressor, CompressOptions, RankedSpan } from '../answer/ports';
import type { CompressedFile, CompressQuestion, CompressResult } from '../application';
import {
  compressPassages,
  type CompressedPassages,
  type CompressRequest,
  type Passage,
} from '../critic/compress-passages';
import { CriticError, type Critic } from '../critic/critic';
import { evidenceStrength } from '../critic/evidence-strength';
import { instructionFor } from '../critic/instruction';
import { selectKeywords } from '../critic/keywords';
import { compressByWords } from '../critic/rank-by-words';
import type { RankedUnit } from '../critic/unit-ranker';
import { toCodeUnits, type TextUnit } from '../critic/units';
import { placeOf } from '../util/text-place';
import { isCodePath } from '../workspace/code-paths';
import type { CodeCutter } from '../workspace/extractor';

export function createCompressor(critic: Critic, cutter: CodeCutter): Compressor {
  return {
    async compress(passages, options: CompressOptions): Promise<Compression> {
      const { question, granularity, tokenBudget, signal, onRanked } = options;
      let isPartlyRanked = false;
      const cut = await withCodeUnits(cutter, passages, codeGranularities[granularity], signal);
      const request: CompressRequest = {
        critic,
        question,
        instruction: instructionFor(granularity),
        passages: cut,
        granularity,
        tokenBudget,
        fusesOrder: isMostlyCode(cut),
        signal,
        onRanked: ({ ranked: best, read, passagesRead, passagesTotal }) => {
          isPartlyRanked ||= best.length > 0;
          // Whole sentences that turn into keywords in the end would jump before the reader's eyes.
          const spans = granularity === 'keyword' ? selectKeywords(best, read, tokenBudget) : best.map(toSpan);
          onRanked?.({ spans, passagesRead, passagesTotal });
        },
      };
      // What the critic ranked before it failed is better than BM25 alone: the caller has it and keeps it.
      return compressOrFallBack(request, ({ voidsLabels }) => voidsLabels || !isPartlyRanked);
    },
  };
}

type CompressionOrFallBack = CompressedPassages & Pick<Compression, 'problem' | 'strength' | 'mayWiden'>;

/** A critic that fails leaves the choice to BM25, over the same units and within the same budget. */
async function compressOrFallBack(
  request: CompressRequest,
  mayFallBack: (error: CriticError) => boolean = () => true,
): Promise<CompressionOrFallBack> {
  try {
    const result = await compressPassages(request);
    const texts = result.texts.map(({ text }) => text);
    // Calibrated for the bundled critic, on prose.
    const isJudged = request.critic.keepsStates === true && request.fusesOrder !== true;
    const strength = isJudged ? evidenceStrength(request.question, result.unitScores, texts) : null;
    return { ...result, problem: null, mayWiden: isJudged, ...(strength === null ? {} : { strength }) };
  } catch (error) {
    if (!(error instanceof CriticError) || !mayFallBack(error)) throw error;
    const problem = `The critic cannot be used, so BM25 alone chose the evidence: ${error.message}`;
    return { ...(await compressByWords(request)), problem };
  }
}

/**
 * How code is cut where prose is kept by sentences or paragraphs: a line of code says as little alone as half a sentence.
 * Keywords and lines are the same in both.
 */
const codeGranularities: Readonly<Partial<Record<Granularity, 'block' | 'symbol'>>> = {
  sentence: 'block',
  paragraph: 'symbol',
  block: 'block',
  symbol: 'symbol',
};

/** Passages of code bring units along that are cut by their syntax; all others stay as they are. */
async function withCodeUnits(
  cutter: CodeCutter,
  passages: readonly (Passage & { readonly path: string })[],
  granularity: 'block' | 'symbol' | undefined,
  signal: AbortSignal,
): Promise<readonly Passage[]> {
  if (granularity === undefined || !passages.some(({ path }) => isCodePath(path))) return passages;
  const texts = passages.map(({ path, text }) => ({ path, text }));
  const cut = await cutter.cutCode({ granularity, texts }, signal);
  return passages.map((passage, place) => {
    const ranges = cut[place];
    return ranges ? { ...passage, units: toCodeUnits(passage.text, ranges) } : passage;
  });
}

/**
 * Of code the critic says less than of prose, from which it learned: the search, which knows how rare a word is in the whole
 * workspace and which files answer as a whole, has to count beside it.
 */
function isMostlyCode(passages: readonly Passage[]): boolean {
  return passages.filter(({ units }) => units !== undefined).length * 2 > passages.length;
}

function toSpan({ contextId, startOffset, endOffset, score, firstToken, lastToken }: RankedUnit): RankedSpan {
  return { contextId, startOffset, endOffset, score, tokens: lastToken - firstToken };
}

/** A text's units ranked as for any question; the caller cuts them. Best first, those that are not keepable last. */
export async function rankUnits(
  critic: Critic,
  {
    question,
    text,
    units,
    followsHops,
  }: {
    readonly question: string;
    readonly text: string;
    readonly units: readonly TextUnit[];
    readonly followsHops: boolean;
  },
  signal: AbortSignal,
): Promise<readonly RankedUnit[]> {
  const passages = [{ id: 'text', text, units }];
  const request = {
    critic,
    question,
    instruction: instructionFor('sentence'),
    passages,
    granularity: 'sentence',
    tokenBudget: 1,
    followsHops,
    signal,
  } as const;
  return (await compressPassages(request)).unitScores;
}

/** The kept spans of whole texts; `path` is how the caller names each. `problem`: why BM25 alone chose them, or null. */
export async function compressTexts(
  { critic, cutter }: { readonly critic: Critic; readonly cutter: CodeCutter },
  texts: readonly { readonly path: string; readonly text: string }[],
  { text, instruction: wish, granularity, ...budget }: CompressQuestion,
  signal: AbortSignal,
): Promise<Omit<CompressResult, 'problems'> & Pick<Compression, 'problem'>> {
  const byPath = new Map(texts.map(({ path, text }) => [path, text]));
  const whole = texts.map(({ path, text }) => ({ id: path, path, text }));
  const isCode = granularity === 'block' || granularity === 'symbol';
  const passages = await withCodeUnits(cutter, whole, isCode ? granularity : undefined, signal);
  const question = wish === undefined ? text : `${text} ${wish}`;
  const instruction = instructionFor(granularity);
  const request = { critic, question, instruction, passages, granularity, ...budget, signal };
  const result = await compressOrFallBack(request);
  const spans = result.spans.map(({ contextId: path, startOffset: start, endOffset: end, score }): CompressedFile => {
    const text = byPath.get(path) ?? '';
    const startLine = placeOf(text, start).line;
    const kept = text.slice(start, end);
    return { path, start, end, startLine, endLine: startLine + placeOf(kept, kept.length).line - 1, text: kept, score };
  });
  return { spans, tokensRead: result.tokensRead, tokensKept: result.tokensKept, problem: result.problem };
}
