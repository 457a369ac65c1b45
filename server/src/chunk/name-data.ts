/** Names in data and markup: keys of JSON and YAML, selectors and rules of CSS, elements of HTML that can be linked to. */
import type { Node } from 'web-tree-sitter';
import type { NamedDefinition } from './name-definition';

const maxNameLength = 120;
/** Keys of the first levels are all symbols; further down only those that hold more keys. */
const plainKeyDepth = 2;
const maxKeyDepth = 5;
const holdsMore = /^(?:object|array|block_node|flow_mapping|flow_sequence)$/;

export function nameKey(node: Node, depth: number): NamedDefinition | null {
  if (depth >= maxKeyDepth) return null;
  if (depth >= plainKeyDepth && !holdsMore.test(node.childForFieldName('value')?.type ?? '')) return null;
  return nameText(node.childForFieldName('key'), 'key');
}

/** A rule by its selectors, an at-rule by what stands before its block, a declaration only where it sets a variable. */
export function nameRule(node: Node, kind: string): NamedDefinition | null {
  if (kind === 'selector')
    return nameText(
      node.namedChildren.find((child) => child.type === 'selectors'),
      kind,
    );
  if (kind === 'custom') {
    const property = node.firstNamedChild;
    return property?.text.startsWith('--') ? nameText(property, 'variable') : null;
  }
  const header = /^[^{;\n]{1,200}/.exec(node.text.slice(0, 200))?.[0] ?? '';
  return named(header, node.startIndex, kind);
}

/** By its id; a heading without one by its text. */
export function nameElement(node: Node): NamedDefinition | null {
  const tag = node.firstNamedChild;
  if (!tag) return null;
  for (const attribute of tag.namedChildren) {
    if (attribute.type !== 'attribute' || attribute.firstNamedChild?.text.toLowerCase() !== 'id') continue;
    return nameText(attribute.lastNamedChild, 'id');
  }
  if (!/^h[1-6]$/i.test(tag.firstNamedChild?.text ?? '')) return null;
  const text = node.text.replace(/<[^>]{0,500}>/g, ' ').trim();
  return text === '' ? null : { ...plain(text, node.startIndex), kind: 'heading' };
}

function nameText(node: Node | null | undefined, kind: string): NamedDefinition | null {
  return node ? named(node.text, node.startIndex, kind) : null;
}

function named(source: string, offset: number, kind: string): NamedDefinition | null {
  const quote = /^['"]/.test(source) ? 1 : 0;
  const first = source.slice(quote, source.length - quote).split('\n')[0] ?? '';
  const line = first.replace(/,\s*$/, '').trim();
  return line === '' ? null : { name: cut(line), nameOffset: offset + quote, kind };
}

function plain(text: string, nameOffset: number): { readonly name: string; readonly nameOffset: number } {
  return { name: cut(text.replace(/\s+/g, ' ')), nameOffset };
}

/** Never between the halves of a surrogate pair. */
function cut(name: string): string {
  return name.slice(0, maxNameLength).replace(/[\uD800-\uDBFF]$/, '');
}
