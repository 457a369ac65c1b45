/** What a critic is told to extract, in the words of the CPRS prompt; each back end reads as much of it as it understands. */
import type { Granularity } from '../../../protocol/trace-events';

export function instructionFor(granularity: Granularity): string {
  const { wish, tag } = granularity === 'keyword' ? keywords : facts;
  return `You are an information extractor. ${wish}\n## tagging rule:\n- tag ${tag}`;
}

const facts = {
  wish: 'Extract what helps to answer the question of the user.',
  tag: "the supporting facts with 'fact'",
};

/** The model's granularity is said in words. */
const keywords = {
  wish: 'Extract the key words and short phrases that help to answer the question of the user, not whole sentences.',
  tag: "the key words with 'keyword'",
};
