/**
 * Bounds of token counts for a host without a tokeniser call. They start from what tokenisers do at worst and at best
 * with ordinary text, and are drawn closer by the counts that the host reports for real prompts.
 */

/** Counts of prompts shorter than this say more about the chat template than about the text. */
const minLearningTokens = 100;
/** Other text may be denser than what was seen. */
const margin = 1.2;
/** And it may be thinner: a prompt with fewer tokens than this share of what it should have was cut. */
const thinnestShare = 0.6;

export class TokenBound {
  readonly #ratios: number[] = [];

  upperBound(text: string): number {
    return Math.ceil(worstCount(text) * this.#scale());
  }

  /** Fewer tokens than this cannot hold the whole text. */
  lowerBound(text: string): number {
    const learned = this.#ratios.length === 0 ? 0 : Math.min(...this.#ratios) * thinnestShare;
    return Math.floor(Math.max(leastTokens(text), worstCount(text) * learned));
  }

  /** `tokens` is what the host counted for `text`. */
  learn(text: string, tokens: number): void {
    if (tokens < minLearningTokens || text === '') return;
    this.#ratios.push(tokens / worstCount(text));
    if (this.#ratios.length > 20) this.#ratios.shift();
  }

  #scale(): number {
    if (this.#ratios.length === 0) return 1;
    return Math.min(2, Math.max(0.3, Math.max(...this.#ratios) * margin));
  }
}

/** Two ASCII characters a token, and one and a half tokens for any other character. */
function worstCount(text: string): number {
  const others = text.replace(/[\0-\x7f]/g, '').length;
  return (text.length - others) / 2 + others * 1.5;
}

/**
 * No tokeniser in use joins words that blanks part, and none has many tokens of more than four Chinese, Japanese or
 * Korean characters. A tenth is left for text that is odd in other ways.
 */
function leastTokens(text: string): number {
  const dense = text.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g)?.length ?? 0;
  const words = text.match(/[!-~]+/g)?.length ?? 0;
  return words * 0.9 + dense / 4;
}
