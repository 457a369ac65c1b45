/**
 * An upper bound of token counts for a host without a tokeniser call. It starts from what tokenisers do at worst
 * with ordinary text, and is scaled by the counts that the host reports for real prompts.
 */

/** Counts of prompts shorter than this say more about the chat template than about the text. */
const minLearningTokens = 100;
/** Other text may be denser than what was seen. */
const margin = 1.2;

export class TokenBound {
  readonly #ratios: number[] = [];

  upperBound(text: string): number {
    return Math.ceil(worstCount(text) * this.#scale());
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

/** No tokeniser in use joins words that blanks part, so a whole prompt has at least about this many tokens. */
export function leastTokens(text: string): number {
  return Math.floor((text.match(/\S+/g)?.length ?? 0) / 2);
}
