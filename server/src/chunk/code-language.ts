/** What the syntax trees of one language call a definition, a name, a type, a call and an import. */
import type { ImportReader } from './read-imports';

export interface CodeLanguage {
  /** Grammar file without `tree-sitter-` and `.wasm`. */
  readonly grammar: string;
  /**
   * Node type to the kind of symbol. The name is the node's field `name` or, for C-like declarators, the identifier
   * inside them; see `nameDefinition`.
   */
  readonly definitions: Readonly<Record<string, string>>;
  readonly identifiers: ReadonlySet<string>;
  /** Identifiers that name a type wherever they stand. */
  readonly typeNames?: ReadonlySet<string>;
  /** Nodes within which every identifier names a type. */
  readonly typeNodes?: ReadonlySet<string>;
  /** Nodes whose child in the field names a type. */
  readonly typeFields?: Readonly<Record<string, string>>;
  /** Calls: node type to the field that holds what is called; `''` is the first named child. */
  readonly calls?: Readonly<Record<string, string>>;
  /** Data and markup: the granularities of code do not apply. */
  readonly isData?: true;
  readonly imports?: {
    readonly nodes: ReadonlySet<string>;
    /** What the statement's text must match, where the node alone does not say that it is an import. */
    readonly test?: RegExp;
    readonly read: ImportReader;
  };
}
