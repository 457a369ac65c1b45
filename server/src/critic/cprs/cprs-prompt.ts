/**
 * The system segment of QwenLong-CPRS: who the model is, what to extract, then a line `## tagging rule:` and what is
 * tagged with which label. An instruction that has its own tagging rule is sent as it is.
 */
const tagHeading = '## tagging rule:';

export function createCprsPrompt(instruction: string): string {
  const wish = instruction.trim();
  if (wish.includes(tagHeading)) return wish;
  const task = wish === '' ? 'Mark the sentences of the context that are needed to answer it.' : wish;
  return [
    'You are an information extractor. The user asks a question about the context below.',
    task,
    tagHeading,
    "- tag the supporting facts with 'fact'",
  ].join('\n');
}
