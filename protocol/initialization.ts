/** What the client hands over when it starts the server (`initializationOptions` of the LSP initialize request). */
export interface InitializationOptions {
  /** The section `longfold` of the configuration, unchecked; `parseSettings` reads it. */
  readonly settings: unknown;
  /** False: index nothing, contact no model host, run nothing. The client restarts the server when trust is granted. */
  readonly isTrusted: boolean;
  /** The editor's display language, for instance `en` or `zh-cn`. */
  readonly locale: string;
  /** Folder for the index, traces and models instead of the user's own; tests use it. */
  readonly storage?: string;
}

/** The only command that a hover of the server may link to; the client trusts no other. */
export const explainSymbolCommand = 'longfold.symbol.explain';

/** The one argument of that command: the symbol's place in a workspace file, in UTF-16 offsets. */
export interface ExplainSymbolArgs {
  readonly uri: string;
  readonly symbol: string;
  readonly start: number;
  readonly end: number;
}
