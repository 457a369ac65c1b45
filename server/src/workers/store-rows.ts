/** Rows of the index's SQLite file → the values of its contract. */
import type { FileRecord, SymbolPlace } from '../index/index-store';

export type Row = Readonly<Record<string, unknown>>;

export function toFileRecord(row: Row): FileRecord {
  const [state, depth] = [textOf(row['state']), row['depth']];
  return {
    path: textOf(row['path']),
    state: state === 'indexed' || state === 'skipped' || state === 'failed' ? state : 'pending',
    reason: textOrNull(row['reason']),
    depth: depth === 'text' || depth === 'symbols' ? depth : null,
    sizeBytes: numberOf(row['size']),
    modifiedMs: numberOf(row['modified']),
    contentHash: textOrNull(row['hash']),
    encoding: textOrNull(row['encoding']),
    language: textOrNull(row['language']),
    chunks: numberOf(row['chunks']),
    tokens: numberOf(row['tokens']),
    seenMs: numberOf(row['seen']),
  };
}

export function toSymbol(row: Row): SymbolPlace {
  return {
    name: textOf(row['name']),
    kind: unpackKind(row['kind']),
    path: textOf(row['path']),
    startOffset: numberOf(row['startOffset']),
    endOffset: numberOf(row['endOffset']),
    nameOffset: numberOf(row['nameOffset']),
    line: numberOf(row['line']),
    container: textOf(row['container']),
  };
}

/** Kinds by the number they are stored as, only ever added to at the end; any other is stored as it is. */
const symbolKinds = [
  'macro',
  'constant',
  'function',
  'variable',
  'struct',
  'class',
  'method',
  'type',
  'enum',
  'interface',
  'property',
  'member',
  'namespace',
  'module',
  'prototype',
  'union',
  'heading',
  'key',
  'selector',
  'rule',
  'element',
  'trait',
];

export function packKind(kind: string): number | string {
  const place = symbolKinds.indexOf(kind);
  return place === -1 ? kind : place;
}

function unpackKind(value: unknown): string {
  return typeof value === 'number' ? (symbolKinds[value] ?? '') : textOf(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}
