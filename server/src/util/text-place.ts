/** Where an offset stands, as people and editors count it. */
export interface TextPlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, which is what editors take. */
  readonly column: number;
}

export function placeOf(text: string, offset: number): TextPlace {
  let [line, lineStart] = [1, 0];
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
