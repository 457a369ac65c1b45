/** What the client hands over when it starts the server (`initializationOptions` of the LSP initialize request). */
export interface InitializationOptions {
  /** The section `longfold` of the configuration, unchecked; `parseSettings` reads it. */
  readonly settings: unknown;
  /** False: index nothing, contact no model host, run nothing. The client restarts the server when trust is granted. */
  readonly isTrusted: boolean;
  /** The editor's display language, for instance `en` or `zh-cn`. */
  readonly locale: string;
  /** The words of the link in a hover, translated. */
  readonly explainLink: string;
  /** The client answers the requests `longfold/editor/…`: keys and its own language models. */
  readonly hasEditorModels?: boolean;
}

/** The only command that a hover of the server may link to; the client trusts no other. */
export const explainSymbolCommand = 'longfold.symbol.explain';

/** The one argument of that command. */
export interface ExplainSymbolArgs {
  readonly workspaceUri: string;
  readonly symbol: string;
  /** The file in which the symbol was hovered, relative to the workspace folder. */
  readonly path: string;
}
