/**
 * A document's structure as nested ranges, the common ground of headings, symbols and paragraphs; `packOutline`
 * cuts it into chunks: along the structure where it fits, at blank lines and line ends where it does not.
 */
import type { Chunk } from './chunk';
import { splitRange } from './split-range';
import { maxChunkWeight, smallChunkWeight, type TextMeasure } from './text-measure';

export interface OutlineNode {
  readonly startOffset: number;
  readonly endOffset: number;
  /** Name of the heading or symbol; empty for a range that has none. */
  readonly name: string;
  /** Its first lines as one, for the parts of what is too large for one chunk. */
  readonly signature?: string;
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
  /** Empty for what holds the symbol's first lines itself. */
  readonly signature: string;
}

/** The symbol or section that is being cut. */
interface Owner {
  readonly path: readonly string[];
  readonly startOffset: number;
  readonly signature: string;
}

const maxHeadingChars = 240;
/** A closing brace or a class's first line is no chunk of its own: it goes with its neighbour. */
const crumbWeight = 0.06 * maxChunkWeight;

export function packOutline(
  text: string,
  measure: TextMeasure,
  root: OutlineNode,
  kind: Chunk['kind'],
): readonly Chunk[] {
  const pieces: Piece[] = [];
  cut(root, { path: root.name === '' ? [] : [root.name], startOffset: root.startOffset, signature: '' });
  return pack(
    pieces.map(trim).filter((piece) => piece !== null),
    measure,
  ).map(toChunk);

  function cut(node: OutlineNode, owner: Owner): void {
    if (measure.weight(node.startOffset, node.endOffset) <= maxChunkWeight) {
      add(node.startOffset, node.endOffset, owner, owner.path, kind);
      return;
    }
    if (node.children.length === 0) {
      cutLines(node.startOffset, node.endOffset, owner);
      return;
    }
    let start = node.startOffset;
    for (const child of node.children) {
      // What stands between two children (comments, commas) goes with the one that follows.
      const gap = { ...child, startOffset: start };
      start = child.endOffset;
      cutChild(gap, child, owner);
    }
    cutLines(start, node.endOffset, owner);
  }

  function cutChild(withGap: OutlineNode, child: OutlineNode, owner: Owner): void {
    const path = child.name === '' ? owner.path : [...owner.path, child.name];
    if (measure.weight(withGap.startOffset, withGap.endOffset) <= maxChunkWeight) {
      add(withGap.startOffset, withGap.endOffset, owner, path, kind);
      return;
    }
    cutLines(withGap.startOffset, child.startOffset, owner);
    const isOwner = child.name !== '';
    cut(child, isOwner ? { path, startOffset: child.startOffset, signature: child.signature ?? '' } : owner);
  }

  function cutLines(startOffset: number, endOffset: number, owner: Owner): void {
    const parts = splitRange(text, measure, startOffset, endOffset);
    const partKind = kind === 'symbol' && parts.length > 1 ? 'lines' : kind;
    for (const part of parts) add(part.startOffset, part.endOffset, owner, owner.path, partKind);
  }

  function add(
    startOffset: number,
    endOffset: number,
    owner: Owner,
    path: readonly string[],
    pieceKind: Chunk['kind'],
  ): void {
    if (endOffset <= startOffset) return;
    const signature = startOffset > owner.startOffset ? owner.signature : '';
    pieces.push({ startOffset, endOffset, path, kind: pieceKind, names: [], signature });
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
      ...(piece.signature === '' ? {} : { signature: piece.signature }),
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
  if (measure.weight(left.startOffset, right.endOffset) > maxChunkWeight) return false;
  const same = left.names.length === 0 && left.path.join('\n') === right.path.join('\n');
  const [leftWeight, rightWeight] = [weightOf(left, measure), weightOf(right, measure)];
  const hasCrumb = Math.min(leftWeight, rightWeight) < crumbWeight;
  return same || hasCrumb || Math.max(leftWeight, rightWeight) < smallChunkWeight;
}

function join(left: Piece, right: Piece, measure: TextMeasure): Piece {
  const range = { startOffset: left.startOffset, endOffset: right.endOffset };
  if (isAncestor(left, right) && weightOf(left, measure) < crumbWeight)
    return { ...right, ...range, signature: left.signature };
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
    // What begins with the first lines of a symbol needs no other; what holds two symbols' parts has none that fits.
    signature: left.signature === right.signature ? left.signature : '',
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
