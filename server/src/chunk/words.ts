/** A list of names between spaces → a set of them; for tables of node types. */
export function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
