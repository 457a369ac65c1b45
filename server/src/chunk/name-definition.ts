/** The name of a definition's syntax node, and whether the node is worth being a symbol at all. */
import type { Node } from 'web-tree-sitter';
import { nameElement, nameKey, nameRule } from './name-data';

export interface NamedDefinition {
  readonly name: string;
  readonly nameOffset: number;
  readonly kind: string;
}

/** Where a definition stands among the others. */
export interface DefinitionPlace {
  /** Inside of no other definition. */
  readonly isOutermost: boolean;
  /** Outermost, or directly in a class, module or the like; not in a function. */
  readonly isMember: boolean;
  /** Definitions around it. */
  readonly depth: number;
}

const functionTypes = new Set(['arrow_function', 'function_expression', 'generator_function', 'function', 'class']);

export function nameDefinition(node: Node, kind: string, place: DefinitionPlace): NamedDefinition | null {
  switch (kind) {
    case 'variable':
      return node.type === 'variable_declarator'
        ? nameVariable(node, place.isOutermost)
        : fromNode(node.childForFieldName('name'), kind);
    case 'assigned':
      return nameFunctionValue(node, 'left', 'right', 'function');
    case 'pair':
      return nameFunctionValue(node, 'key', 'value', 'method');
    case 'assignment':
      return nameAssignment(node, place);
    case 'impl':
      return fromNode(node.childForFieldName('type'), kind);
    case 'prototype':
      return namePrototype(node, place);
    case 'member':
      return place.isMember ? nameMember(node) : null;
    case 'declared':
      return fromNode(node.childForFieldName('name'), node.childForFieldName('declaration_kind')?.text ?? 'class');
    case 'key':
      return nameKey(node, place.depth);
    case 'selector':
    case 'rule':
    case 'custom':
      return nameRule(node, kind);
    case 'element':
      return nameElement(node);
    default:
      return nameByField(node, kind);
  }
}

function nameByField(node: Node, kind: string): NamedDefinition | null {
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

/** `LIMIT = 3` of a module or class; Ruby has a node of its own for what is never assigned again. */
function nameAssignment(node: Node, { isMember }: DefinitionPlace): NamedDefinition | null {
  const left = node.childForFieldName('left');
  return isMember && (left?.type === 'identifier' || left?.type === 'constant') ? fromNode(left, 'variable') : null;
}

/** `a.b = function () {}`, `{ b: () => … }`: named by the last part of the left side. */
function nameFunctionValue(node: Node, nameField: string, valueField: string, kind: string): NamedDefinition | null {
  const value = node.childForFieldName(valueField);
  if (!value || !functionTypes.has(value.type)) return null;
  const target = node.childForFieldName(nameField);
  return fromNode(target?.childForFieldName('property') ?? target, kind);
}

/** `int add(int a);` of a header or class; in a function it could be a variable as well. */
function namePrototype(node: Node, { isMember }: DefinitionPlace): NamedDefinition | null {
  if (!isMember) return null;
  let declarator = node.childForFieldName('declarator');
  while (declarator?.type === 'pointer_declarator') declarator = declarator.childForFieldName('declarator');
  if (declarator?.type !== 'function_declarator') return null;
  return fromNode(innermostDeclarator(node), node.type === 'field_declaration' ? 'method' : 'function');
}

function nameMember(node: Node): NamedDefinition | null {
  const pattern = node.childForFieldName('name');
  const declared = node.namedChildren.find((child) => child.type === 'variable_declaration');
  return fromNode(pattern?.childForFieldName('bound_identifier') ?? (declared && nameChild(declared)), 'property');
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

const nameTypes = /^(?:function_name|simple_name|word|type_identifier|simple_identifier)$/;

function nameChild(node: Node): Node | null {
  return node.namedChildren.find((child) => nameTypes.test(child.type)) ?? null;
}

function fromNode(node: Node | null | undefined, kind: string): NamedDefinition | null {
  if (!node) return null;
  const name = node.text.replace(/^['"`]|['"`]$/g, '');
  if (!/^[\p{L}_$#@~][^\s]{0,119}$/u.test(name)) return null;
  return { name, nameOffset: node.startIndex, kind };
}
