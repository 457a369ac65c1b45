/**
 * One walk over a syntax tree: the outline down to what fits a chunk, the definitions with their containers, and
 * every other identifier as a reference.
 */
import type { Node, Tree, TreeCursor } from 'web-tree-sitter';
import type { SymbolDefinition, SymbolReference } from './chunk';
import type { CodeLanguage } from './code-languages';
import { nameDefinition } from './name-definition';
import type { OutlineNode } from './outline';
import { maxChunkChars, type TextMeasure } from './text-measure';
import { walkTree } from './walk-tree';

export interface CodeOutline {
  readonly root: OutlineNode;
  readonly definitions: readonly SymbolDefinition[];
  readonly references: readonly SymbolReference[];
}

interface OpenNode {
  readonly startOffset: number;
  readonly endOffset: number;
  name: string;
  readonly children: OpenNode[];
}

/** A generated table can hold a million identifiers; beyond this they say nothing more. */
const maxReferences = 50_000;

export function outlineCode(tree: Tree, text: string, language: CodeLanguage, measure: TextMeasure): CodeOutline {
  const definitions: SymbolDefinition[] = [];
  const references: SymbolReference[] = [];
  const nameOffsets = new Set<number>();
  const scopes: { readonly name: string; readonly endOffset: number }[] = [];
  const root: OpenNode = { startOffset: 0, endOffset: text.length, name: '', children: [] };
  const parents: (OpenNode | null)[] = [root];
  walkTree(
    tree.walk(),
    (cursor) => {
      enter(cursor);
      return 'enter';
    },
    () => parents.pop(),
  );
  const apart = references.filter((reference) => !nameOffsets.has(reference.offset));
  return { root, definitions, references: apart };

  function enter(cursor: TreeCursor): void {
    const type = cursor.nodeType;
    const startOffset = cursor.startIndex;
    while (scopes.length > 0 && startOffset >= (scopes.at(-1)?.endOffset ?? 0)) scopes.pop();
    const kind = language.definitions[type];
    const name = kind === undefined ? '' : define(cursor.currentNode, kind);
    if (language.identifiers.has(type)) refer(startOffset, cursor.endIndex);
    parents.push(openNode(parents.at(-1) ?? null, startOffset, cursor.endIndex, name));
  }

  /** A node is kept only when its parent is too large for one chunk; null stops the outline below it. */
  function openNode(parent: OpenNode | null, startOffset: number, endOffset: number, name: string): OpenNode | null {
    if (!parent || endOffset <= startOffset) return null;
    if (name === '' && startOffset === parent.startOffset && endOffset === parent.endOffset) return parent;
    const open: OpenNode = { startOffset, endOffset, name, children: [] };
    parent.children.push(open);
    return measure.weight(startOffset, endOffset) > maxChunkChars ? open : null;
  }

  function define(node: Node, kind: string): string {
    const named = nameDefinition(node, kind, scopes.length === 0);
    if (!named) return '';
    const { name, nameOffset } = named;
    const container = scopes.map((scope) => scope.name).join(' > ');
    const { startIndex: startOffset, endIndex: endOffset } = node;
    definitions.push({
      name,
      kind: named.kind,
      startOffset,
      endOffset,
      nameOffset,
      line: measure.line(nameOffset),
      container,
    });
    nameOffsets.add(nameOffset);
    scopes.push({ name, endOffset });
    return name;
  }

  function refer(startOffset: number, endOffset: number): void {
    const length = endOffset - startOffset;
    if (length < 2 || length > 120 || references.length >= maxReferences) return;
    references.push({ name: text.slice(startOffset, endOffset), offset: startOffset, line: measure.line(startOffset) });
  }
}
