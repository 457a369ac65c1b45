/**
 * A document's structure as nested ranges, the common ground of headings, symbols and paragraphs; `packOutline`
 * cuts it into chunks: along the structure where it fits, at blank lines and line ends where it does not.
 */
import type { Chunk } from './chunk';
import { splitRange } from './split-range';
import { maxChunkChars, smallChunkWeight, type TextMeasure } from './text-measure';

export interface OutlineNode {
  readonly startOffset: number;
  readonly endOffset: number;
  /** Name of the heading or symbol; empty for a range that has none. */
  readonly name: string;
  /** Sorted and apart, inside the parent. */
  readonly children: readonly OutlineNode[];
}

interface Piece {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly path: readonly string[];
  readonly kind: Chunk['kind'];
  /** Names of the small neighbours packed into one piece. */
  readonly names: readonly string[];
}

const maxHeadingChars = 240;
/** A closing brace or a class's first line is no chunk of its own: it goes with its neighbour. */
const crumbWeight = 100;

export function packOutline(
  text: string,
  measure: TextMeasure,
  root: OutlineNode,
  kind: Chunk['kind'],
): readonly Chunk[] {
  const pieces: Piece[] = [];
  cut(root, root.name === '' ? [] : [root.name]);
  return pack(
    pieces.map(trim).filter((piece) => piece !== null),
    measure,
  ).map(toChunk);

  function cut(node: OutlineNode, path: readonly string[]): void {
    if (measure.weight(node.startOffset, node.endOffset) <= maxChunkChars) {
      add(node.startOffset, node.endOffset, path, kind);
      return;
    }
    if (node.children.length === 0) {
      cutLines(node.startOffset, node.endOffset, path);
      return;
    }
    let start = node.startOffset;
    for (const child of node.children) {
      // What stands between two children (comments, commas) goes with the one that follows.
      const gap = { ...child, startOffset: start };
      start = child.endOffset;
      cutChild(gap, child, path);
    }
    cutLines(start, node.endOffset, path);
  }

  function cutChild(withGap: OutlineNode, child: OutlineNode, path: readonly string[]): void {
    const childPath = child.name === '' ? path : [...path, child.name];
    if (measure.weight(withGap.startOffset, withGap.endOffset) <= maxChunkChars) {
      add(withGap.startOffset, withGap.endOffset, childPath, kind);
      return;
    }
    cutLines(withGap.startOffset, child.startOffset, path);
    cut(child, childPath);
  }

  function cutLines(startOffset: number, endOffset: number, path: readonly string[]): void {
    const parts = splitRange(text, measure, startOffset, endOffset);
    const partKind = kind === 'symbol' && parts.length > 1 ? 'lines' : kind;
    for (const part of parts) add(part.startOffset, part.endOffset, path, partKind);
  }

  function add(startOffset: number, endOffset: number, path: readonly string[], pieceKind: Chunk['kind']): void {
    if (endOffset > startOffset) pieces.push({ startOffset, endOffset, path, kind: pieceKind, names: [] });
  }

  function trim(piece: Piece): Piece | null {
    const slice = text.slice(piece.startOffset, piece.endOffset);
    const startOffset = piece.startOffset + (slice.length - slice.trimStart().length);
    const endOffset = piece.startOffset + slice.trimEnd().length;
    return endOffset > startOffset ? { ...piece, startOffset, endOffset } : null;
  }

  function toChunk(piece: Piece): Chunk {
    const names = [...new Set(piece.names)].join(', ');
    const heading = [...piece.path, ...(names === '' ? [] : [names])].join(' > ');
    return {
      startOffset: piece.startOffset,
      endOffset: piece.endOffset,
      startLine: measure.line(piece.startOffset),
      endLine: measure.line(piece.endOffset - 1),
      kind: piece.kind,
      heading: cutName(heading),
    };
  }
}

function pack(pieces: readonly Piece[], measure: TextMeasure): readonly Piece[] {
  const packed: Piece[] = [];
  for (const piece of pieces) {
    const last = packed.at(-1);
    if (last && canJoin(last, piece, measure)) packed[packed.length - 1] = join(last, piece, measure);
    else packed.push(piece);
  }
  return packed;
}

function canJoin(left: Piece, right: Piece, measure: TextMeasure): boolean {
  if (measure.weight(left.startOffset, right.endOffset) > maxChunkChars) return false;
  const same = left.names.length === 0 && left.path.join('\n') === right.path.join('\n');
  const [leftWeight, rightWeight] = [weightOf(left, measure), weightOf(right, measure)];
  const hasCrumb = Math.min(leftWeight, rightWeight) < crumbWeight;
  return same || hasCrumb || Math.max(leftWeight, rightWeight) < smallChunkWeight;
}

function join(left: Piece, right: Piece, measure: TextMeasure): Piece {
  const range = { startOffset: left.startOffset, endOffset: right.endOffset };
  if (isAncestor(left, right) && weightOf(left, measure) < crumbWeight) return { ...right, ...range };
  if (isAncestor(right, left) && weightOf(right, measure) < crumbWeight) return { ...left, ...range };
  let shared = 0;
  while (shared < left.path.length && shared < right.path.length && left.path[shared] === right.path[shared])
    shared += 1;
  const rest = (piece: Piece): readonly string[] => [...piece.path.slice(shared), ...piece.names];
  return {
    ...range,
    path: left.path.slice(0, shared),
    kind: left.kind === right.kind ? left.kind : 'lines',
    names: [...rest(left), ...rest(right)],
  };
}

function isAncestor(outer: Piece, inner: Piece): boolean {
  return outer.names.length === 0 && outer.path.every((name, depth) => inner.path[depth] === name);
}

function weightOf(piece: Piece, measure: TextMeasure): number {
  return measure.weight(piece.startOffset, piece.endOffset);
}

function cutName(heading: string): string {
  if (heading.length <= maxHeadingChars) return heading;
  // Never between the halves of a surrogate pair.
  return `${heading.slice(0, maxHeadingChars).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
