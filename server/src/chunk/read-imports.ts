/**
 * The source text of one import statement → the names that it brings, for each family of languages. The syntax tree
 * has found the statement; its few words are quicker read than its nodes. Text of another form gives no names.
 */
import type { ImportedName } from './chunk';

export type ImportName = Pick<ImportedName, 'from' | 'name' | 'alias'>;
export type ImportReader = (statement: string) => readonly ImportName[];

/** A generated list of exports can be long; a statement has more names only by mistake. */
const maxNames = 500;

/** `import d, { a as b } from 'm'`, `import * as n from 'm'`, `export { a } from 'm'`, `const { a: b } = require('m')`. */
export function readScriptImport(statement: string): readonly ImportName[] {
  const text = withoutComments(statement);
  const required = /^([\s\S]*?)=\s*require\(\s*(['"`])(.+?)\2\s*\)/.exec(text);
  if (required)
    return nameScript(
      (required[1] ?? '').replace(/^\s*import\s/, '').replace(/:(?!:)/g, ' as '),
      required[3] ?? '',
      '*',
    );
  const from = /^\s*(import|export)\b([\s\S]*?)\bfrom\s*(['"])(.+?)\3/.exec(text);
  if (from) {
    const names = nameScript((from[2] ?? '').replace(/^\s*type\b(?!\s*,)/, ''), from[4] ?? '', 'default');
    // What is exported again does not get a name here.
    return from[1] === 'export' ? names.map((name) => ({ ...name, alias: '' })) : names;
  }
  const bare = /^\s*import\s*(['"])(.+?)\1/.exec(text);
  return bare ? [{ from: bare[2] ?? '', name: '*', alias: '' }] : [];
}

function nameScript(clause: string, from: string, whole: string): readonly ImportName[] {
  const names: ImportName[] = [];
  const braces = /\{([\s\S]*)\}/.exec(clause);
  const outside = clause.replace(/\{[\s\S]*\}/, '').split(',');
  for (const part of outside) {
    const star = /^\s*\*(?:\s+as\s+([\w$]+))?\s*$/.exec(part);
    const plain = /^\s*([\w$]+)\s*(?: as [\s\S]*)?$/.exec(part);
    if (star) names.push({ from, name: '*', alias: star[1] ?? '' });
    else if (plain) names.push({ from, name: whole, alias: plain[1] ?? '' });
  }
  for (const part of (braces?.[1] ?? '').split(',').slice(0, maxNames)) {
    const item = /^\s*(?:type\s+)?([\w$]+|'[^']*'|"[^"]*")(?:\s+as\s+([\w$]+))?/.exec(part);
    if (item?.[1]) names.push({ from, name: item[1], alias: item[2] ?? item[1] });
  }
  return names;
}

/** `import a.b as c, d` and `from .m import (a as b, c)`. */
export function readPythonImport(statement: string): readonly ImportName[] {
  const text = withoutComments(statement, /#[^\n]*/g).replace(/[()\\]/g, ' ');
  const from = /^\s*from\s+([.\w]+|\.+)\s+import\s+([\s\S]*)$/.exec(text);
  if (from) {
    return listOf(from[2] ?? '', /^\s*([\w*]+)(?:\s+as\s+(\w+))?/, (name, alias) => ({
      from: from[1] ?? '',
      name,
      alias: name === '*' ? '' : (alias ?? name),
    }));
  }
  const list = /^\s*import\s+([\s\S]*)$/.exec(text)?.[1] ?? '';
  return listOf(list, /^\s*([\w.]+)(?:\s+as\s+(\w+))?/, (module, alias) => ({
    from: module,
    name: '*',
    // `import a.b` binds `a`.
    alias: alias ?? module.split('.')[0] ?? module,
  }));
}

/** One line of an import list: `f "fmt"`, `. "m"`, `"a/b"`; the name of a package is taken from its path. */
export function readGoImport(statement: string): readonly ImportName[] {
  const match = /^\s*(?:([\w.]+)\s+)?["`]([^"`]+)["`]/.exec(statement);
  const from = match?.[2];
  if (from === undefined) return [];
  const parts = from.split('/').filter((part) => !/^v\d+$/.test(part));
  const alias = match?.[1] ?? parts.at(-1) ?? from;
  return [{ from, name: '*', alias: alias === '.' || alias === '_' ? '' : alias }];
}

/** `use a::{b, c::d as e, self, f::*};` and `mod m;`, which reads another file. */
export function readRustImport(statement: string): readonly ImportName[] {
  const text = withoutComments(statement);
  const module = /^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/.exec(text)?.[1];
  if (module !== undefined) return [{ from: `self::${module}`, name: '*', alias: module }];
  const tree = /\buse\s+([\s\S]*?);?\s*$/.exec(text)?.[1] ?? '';
  return expandTree(tree, '::').map(({ path, alias }) => lastOf(path, '::', alias));
}

/** `use A\B\{C, D as E};`, `use function A\f;`. */
export function readPhpImport(statement: string): readonly ImportName[] {
  const tree = /\buse\s+(?:function\s+|const\s+)?([\s\S]*?);?\s*$/.exec(withoutComments(statement))?.[1] ?? '';
  return expandTree(tree, '\\').map(({ path, alias }) => lastOf(path.replace(/^\\/, ''), '\\', alias));
}

/** `import static a.b.C.*;`, Kotlin's `import a.b.C as D`, Swift's `import class M.C`. */
export function readDottedImport(statement: string): readonly ImportName[] {
  const text = withoutComments(statement);
  const match =
    /^\s*(?:@\w+\s+)*import\s+(?:(?:static|class|struct|enum|protocol|func|var|let|typealias)\s+)?([\w$.]+?)(\.\*)?(?:\s+as\s+(\w+))?\s*;?\s*$/.exec(
      text,
    );
  const path = match?.[1];
  if (path === undefined) return [];
  if (match?.[2] !== undefined || !path.includes('.')) return [{ from: path, name: '*', alias: '' }];
  return [lastOf(path, '.', match?.[3])];
}

/** `using A.B;`, `using static A.B;`, `using C = A.B;`. */
export function readCsharpImport(statement: string): readonly ImportName[] {
  const match = /^\s*(?:global\s+)?using\s+(?:static\s+)?(?:(\w+)\s*=\s*)?([\w.]+)[^;]*;/.exec(statement);
  const path = match?.[2];
  if (path === undefined) return [];
  return match?.[1] === undefined ? [{ from: path, name: '*', alias: '' }] : [lastOf(path, '.', match[1])];
}

/** `#include <a.h>`, `#include "b/c.h"`. */
export function readInclude(statement: string): readonly ImportName[] {
  const from = /#\s*(?:include|include_next|import)\s*["<]([^">\n]+)[">]/.exec(statement)?.[1];
  return from === undefined ? [] : [{ from, name: '*', alias: '' }];
}

/** `require 'a/b'`, `require_relative "c"`, `load 'd.rb'`; shell `source f`; `@import url("g.css")`. */
export function readPlainImport(statement: string): readonly ImportName[] {
  const match =
    /^\s*(?:(require_relative|require|load|source|@import)\b|\.(?=\s))\s*(?:\(|url\()?\s*(?:(['"])(.+?)\2|([^\s'";()]+))/.exec(
      statement,
    );
  const path = match?.[3] ?? match?.[4];
  if (path === undefined) return [];
  // Every path of these is seen from the file itself.
  const isNear = match?.[1] === 'require_relative' && !path.startsWith('.');
  return [{ from: isNear ? `./${path}` : path, name: '*', alias: '' }];
}

interface TreePath {
  readonly path: string;
  readonly alias: string | undefined;
}

/** `a::{b, c::{d, e as f}}` → its paths; nested braces are opened one after another, not by recursion. */
function expandTree(tree: string, separator: string): readonly TreePath[] {
  const paths: TreePath[] = [];
  const prefixes = [''];
  let part = '';
  const finish = (): void => {
    const item = /^\s*([\s\S]*?)(?:\s+as\s+(\w+))?\s*$/.exec(part);
    const own = (item?.[1] ?? '').replace(/\s+/g, '');
    if (own !== '' && paths.length < maxNames) paths.push({ path: (prefixes.at(-1) ?? '') + own, alias: item?.[2] });
    part = '';
  };
  for (const character of tree) {
    if (character === '{') {
      prefixes.push((prefixes.at(-1) ?? '') + part.replace(/\s+/g, ''));
      part = '';
    } else if (character === '}') {
      finish();
      if (prefixes.length > 1) prefixes.pop();
    } else if (character === ',') finish();
    else part += character;
  }
  finish();
  // `use a::b::{self}` brings `b` itself.
  const self = `${separator}self`;
  return paths.map(({ path, alias }) => ({ path: path.endsWith(self) ? path.slice(0, -self.length) : path, alias }));
}

function lastOf(path: string, separator: string, alias: string | undefined): ImportName {
  const at = path.lastIndexOf(separator);
  const name = at < 0 ? '*' : path.slice(at + separator.length);
  const from = at < 0 ? path : path.slice(0, at);
  if (name === '*') return { from, name, alias: at < 0 ? (alias ?? path) : '' };
  return { from, name, alias: alias ?? name };
}

function listOf(
  list: string,
  item: RegExp,
  toName: (name: string, alias: string | undefined) => ImportName,
): readonly ImportName[] {
  return list
    .split(',')
    .slice(0, maxNames)
    .map((part) => item.exec(part))
    .flatMap((match) => (match?.[1] === undefined ? [] : [toName(match[1], match[2])]));
}

function withoutComments(statement: string, comment = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g): string {
  return statement.replace(comment, ' ');
}
