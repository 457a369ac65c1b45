/** Depth first over a syntax tree without recursion: source can nest deeper than the stack. Frees the cursor. */
import type { TreeCursor } from 'web-tree-sitter';

export function walkTree(
  cursor: TreeCursor,
  enter: (cursor: TreeCursor) => 'enter' | 'skip',
  leave: () => void = () => undefined,
): void {
  for (;;) {
    if (enter(cursor) === 'enter' && cursor.gotoFirstChild()) continue;
    leave();
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) {
        cursor.delete();
        return;
      }
      leave();
    }
  }
}
