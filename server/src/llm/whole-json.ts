/** A reply that is held to JSON is whole when it can be parsed, whatever the host says of its end. */
export function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Grammars allow blanks behind the last brace, and a small model may write them until it is stopped. */
export function endsInBlanks(text: string): boolean {
  return /[}\]]\s{16,}$/.test(text);
}
