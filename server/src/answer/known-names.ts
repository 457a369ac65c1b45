/** What the index knows of the names in an answer; the port behind which it is asked. */
export interface KnownNames {
  readonly names: ReadonlySet<string>;
  /** As the answer writes them. */
  readonly files: ReadonlySet<string>;
}

export interface NameLookUp {
  /** Which of these stand in the workspace: names as a symbol or a word of its text, files by the end of their path. */
  lookUp(names: readonly string[], files: readonly string[], signal: AbortSignal): Promise<KnownNames>;
}

/** Whether `named` is the path or its end: `retries.md` names `docs/retries.md`. */
export function namesFile(path: string, named: string): boolean {
  const bare = named.replace(/^(?:\.\/)+/, '').replaceAll('\\', '/');
  return path === bare || path.endsWith(`/${bare}`);
}
