/**
 * One walk over a syntax tree: the outline down to what fits a chunk, the definitions with their containers, every
 * other identifier as a reference with its kind, and the imports.
 */
import type { Node, Tree, TreeCursor } from 'web-tree-sitter';
import type { ImportedName, ReferenceKind, SymbolDefinition, SymbolReference } from './chunk';
import type { CodeLanguage } from './code-language';
import { nameDefinition, type NamedDefinition } from './name-definition';
import type { OutlineNode } from './outline';
import { maxChunkWeight, type TextMeasure } from './text-measure';
import { walkTree } from './walk-tree';

export interface CodeOutline {
  readonly root: OutlineNode;
  readonly definitions: readonly SymbolDefinition[];
  readonly references: readonly SymbolReference[];
  readonly imports: readonly ImportedName[];
}

interface OpenNode {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly name: string;
  readonly signature: string;
  readonly children: OpenNode[];
}

interface Scope {
  readonly name: string;
  readonly endOffset: number;
  readonly isFunction: boolean;
  /** Names down to this one, joined with ` > `. */
  readonly path: string;
}

/** A generated table can hold a million identifiers; beyond these numbers they say nothing more. */
const maxReferences = 50_000;
const maxDefinitions = 20_000;
const maxImports = 5_000;
const maxImportChars = 8_000;
/** Source can nest without end; deeper nodes are cut by lines and have no path of their own. */
const maxOutlineDepth = 200;
const maxScopes = 32;
const maxSignatureChars = 240;

export function outlineCode(tree: Tree, text: string, language: CodeLanguage, measure: TextMeasure): CodeOutline {
  const walk = new OutlineWalk(text, language, measure);
  walkTree(
    tree.walk(),
    (cursor) => {
      walk.enter(cursor);
      return 'enter';
    },
    () => {
      walk.leave();
    },
  );
  return walk.finish();
}

class OutlineWalk {
  readonly #definitions: SymbolDefinition[] = [];
  readonly #references: SymbolReference[] = [];
  readonly #imports: ImportedName[] = [];
  readonly #nameOffsets = new Set<number>();
  readonly #callOffsets = new Set<number>();
  /** Assigned once more, a variable is no new symbol. */
  readonly #assigned = new Set<string>();
  readonly #scopes: Scope[] = [];
  readonly #root: OpenNode;
  readonly #parents: (OpenNode | null)[];
  #typeEnd = 0;
  #importEnd = 0;

  constructor(
    private readonly text: string,
    private readonly language: CodeLanguage,
    private readonly measure: TextMeasure,
  ) {
    this.#root = { startOffset: 0, endOffset: text.length, name: '', signature: '', children: [] };
    this.#parents = [this.#root];
  }

  enter(cursor: TreeCursor): void {
    const { language } = this;
    const type = cursor.nodeType;
    const startOffset = cursor.startIndex;
    const endOffset = cursor.endIndex;
    while (this.#scopes.length > 0 && startOffset >= (this.#scopes.at(-1)?.endOffset ?? 0)) this.#scopes.pop();
    const isImport = language.imports?.nodes.has(type) === true && this.#readImport(startOffset, endOffset);
    if (language.typeNodes?.has(type)) this.#typeEnd = Math.max(this.#typeEnd, endOffset);
    const typeField = language.typeFields?.[type];
    if (typeField !== undefined) this.#noteType(cursor.currentNode.childForFieldName(typeField));
    const callField = language.calls?.[type];
    if (callField !== undefined) this.#noteCall(cursor.currentNode, callField);
    const kind = language.definitions[type];
    // `const a = require('a')` takes a name, it does not define one.
    const isNamed = kind !== undefined && !(isImport && kind === 'variable');
    const { name, signature } = isNamed ? this.#define(cursor.currentNode, kind) : unnamed;
    if (language.identifiers.has(type)) this.#refer(type, startOffset, endOffset);
    this.#parents.push(this.#open(startOffset, endOffset, name, signature));
  }

  leave(): void {
    this.#parents.pop();
  }

  finish(): CodeOutline {
    const references = this.#references.filter(({ offset }) => !this.#nameOffsets.has(offset));
    return { root: this.#root, definitions: this.#definitions, references, imports: this.#imports };
  }

  /** A node is kept only when its parent is too large for one chunk; null stops the outline below it. */
  #open(startOffset: number, endOffset: number, name: string, signature: string): OpenNode | null {
    const parent = this.#parents.at(-1) ?? null;
    if (!parent || endOffset <= startOffset) return null;
    if (name === '' && startOffset === parent.startOffset && endOffset === parent.endOffset) return parent;
    const open: OpenNode = { startOffset, endOffset, name, signature, children: [] };
    parent.children.push(open);
    const isLarge = this.measure.weight(startOffset, endOffset) > maxChunkWeight;
    return isLarge && this.#parents.length < maxOutlineDepth ? open : null;
  }

  #define(node: Node, kind: string): { readonly name: string; readonly signature: string } {
    const scope = this.#scopes.at(-1);
    const depth = this.#scopes.length;
    if (this.#definitions.length >= maxDefinitions || depth >= maxScopes) return unnamed;
    const isOutermost = scope === undefined;
    const named = nameDefinition(node, kind, { isOutermost, isMember: isOutermost || !scope.isFunction, depth });
    if (!named || (kind === 'assignment' && !this.#isFirst(named.name))) return unnamed;
    this.#add(node, named);
    const isLarge = this.measure.weight(node.startIndex, node.endIndex) > maxChunkWeight;
    return { name: named.name, signature: isLarge ? this.#signatureOf(node) : '' };
  }

  #add(node: Node, { name, nameOffset, kind }: NamedDefinition): void {
    const container = this.#path;
    const { startIndex: startOffset, endIndex: endOffset } = node;
    const line = this.measure.line(nameOffset);
    this.#definitions.push({ name, kind, startOffset, endOffset, nameOffset, line, container });
    this.#nameOffsets.add(nameOffset);
    const isFunction = kind === 'function' || kind === 'method';
    this.#scopes.push({ name, endOffset, isFunction, path: container === '' ? name : `${container} > ${name}` });
  }

  get #path(): string {
    return this.#scopes.at(-1)?.path ?? '';
  }

  #isFirst(name: string): boolean {
    const key = `${this.#path}\n${name}`;
    const isFirst = !this.#assigned.has(key);
    this.#assigned.add(key);
    return isFirst;
  }

  /** What stands before the body, or the first line, as one line. */
  #signatureOf(node: Node): string {
    const body = node.childForFieldName('body')?.startIndex;
    const header = this.text.slice(node.startIndex, Math.min(body ?? node.endIndex, node.startIndex + 1_000));
    const line = body === undefined ? (header.split('\n')[0] ?? '') : header;
    const signature = line.replace(/\s+/g, ' ').trim();
    return signature.slice(0, maxSignatureChars).replace(/[\uD800-\uDBFF]$/, '');
  }

  #noteType(node: Node | null): void {
    if (node) this.#typeEnd = Math.max(this.#typeEnd, node.endIndex);
  }

  #noteCall(node: Node, field: string): void {
    const target = field === '' ? node.firstNamedChild : node.childForFieldName(field);
    const name = target && lastName(target, this.language.identifiers);
    // Swift's tree calls `a[0]` a call, and every tag of JSX looks like one; only a component's is.
    if (!target || !name || this.text[target.endIndex] === '[') return;
    if (node.type.startsWith('jsx_') && !/^\p{Lu}/u.test(name.text)) return;
    this.#callOffsets.add(name.startIndex);
  }

  #readImport(startOffset: number, endOffset: number): boolean {
    const { imports } = this.language;
    const statement = this.text.slice(startOffset, Math.min(endOffset, startOffset + maxImportChars));
    if (!imports || this.#imports.length >= maxImports || imports.test?.test(statement) === false) return false;
    this.#importEnd = Math.max(this.#importEnd, endOffset);
    const line = this.measure.line(startOffset);
    for (const name of imports.read(statement)) this.#imports.push({ ...name, line, offset: startOffset });
    return true;
  }

  #refer(type: string, startOffset: number, endOffset: number): void {
    const length = endOffset - startOffset;
    if (length < 2 || length > 120 || this.#references.length >= maxReferences) return;
    this.#references.push({
      name: this.text.slice(startOffset, endOffset),
      offset: startOffset,
      line: this.measure.line(startOffset),
      kind: this.#kindOf(type, startOffset),
      container: this.#path,
    });
  }

  #kindOf(type: string, startOffset: number): ReferenceKind {
    if (startOffset < this.#importEnd) return 'import';
    if (this.#callOffsets.has(startOffset)) return 'call';
    return startOffset < this.#typeEnd || this.language.typeNames?.has(type) ? 'type' : 'other';
  }
}

const unnamed = { name: '', signature: '' } as const;
/** What can be called without a name of its own. */
const nameless = /function|lambda|body|block|statements|call|object|array|string|table/;

/** `a.b.c` → `c`, `f<T>` → `f`; null where no name is called. */
function lastName(target: Node, identifiers: ReadonlySet<string>): Node | null {
  let node: Node | null = target;
  for (let depth = 0; node && depth < 8; depth += 1) {
    if (identifiers.has(node.type)) return node;
    if (nameless.test(node.type) && !/^(?:generic|template)_function$/.test(node.type)) return null;
    let child: Node | null = node.lastNamedChild;
    while (child && /argument/.test(child.type)) child = child.previousNamedSibling;
    node = child;
  }
  return null;
}
