/** What to extract, in the words of the CPRS prompt; each back end reads as much of it as it understands. */
export const extractionInstruction =
  "You are an information extractor. Extract what helps to answer the question of the user.\n## tagging rule:\n- tag the supporting facts with 'fact'";
