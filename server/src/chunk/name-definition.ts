/** The name of a definition's syntax node, and whether the node is worth being a symbol at all. */
import type { Node } from 'web-tree-sitter';

export interface NamedDefinition {
  readonly name: string;
  readonly nameOffset: number;
  readonly kind: string;
}

const functionTypes = new Set(['arrow_function', 'function_expression', 'generator_function', 'function', 'class']);

export function nameDefinition(node: Node, kind: string, isOutermost: boolean): NamedDefinition | null {
  if (kind === 'variable' && node.type === 'variable_declarator') return nameVariable(node, isOutermost);
  if (kind === 'assigned') return nameFunctionValue(node, 'left', 'right', 'function');
  if (kind === 'pair') return nameFunctionValue(node, 'key', 'value', 'method');
  if (kind === 'impl') return fromNode(node.childForFieldName('type'), kind);
  // `struct point p;` uses a type; only a body defines it.
  if (node.type.endsWith('_specifier') && !node.childForFieldName('body')) return null;
  const name = node.childForFieldName('name') ?? innermostDeclarator(node) ?? nameChild(node);
  return fromNode(name, kind);
}

/** Local variables are noise; a function kept in a variable is a symbol anywhere. */
function nameVariable(node: Node, isOutermost: boolean): NamedDefinition | null {
  const value = node.childForFieldName('value');
  const isFunction = value !== null && functionTypes.has(value.type);
  const name = node.childForFieldName('name');
  if ((!isFunction && !isOutermost) || name?.type !== 'identifier') return null;
  return fromNode(name, isFunction ? 'function' : 'variable');
}

/** `a.b = function () {}`, `{ b: () => … }`: named by the last part of the left side. */
function nameFunctionValue(node: Node, nameField: string, valueField: string, kind: string): NamedDefinition | null {
  const value = node.childForFieldName(valueField);
  if (!value || !functionTypes.has(value.type)) return null;
  const target = node.childForFieldName(nameField);
  return fromNode(target?.childForFieldName('property') ?? target, kind);
}

function innermostDeclarator(node: Node): Node | null {
  let found = node.childForFieldName('declarator');
  for (let depth = 0; found && depth < 12; depth += 1) {
    const inner = found.childForFieldName('declarator') ?? found.childForFieldName('name');
    if (!inner) return found;
    found = inner;
  }
  return found;
}

function nameChild(node: Node): Node | null {
  return node.namedChildren.find((child) => /^(?:function_name|simple_name|word)$/.test(child.type)) ?? null;
}

function fromNode(node: Node | null | undefined, kind: string): NamedDefinition | null {
  if (!node) return null;
  const name = node.text.replace(/^['"`]|['"`]$/g, '');
  if (!/^[\p{L}_$#@~][^\s]{0,119}$/u.test(name)) return null;
  return { name, nameOffset: node.startIndex, kind };
}
