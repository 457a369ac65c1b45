/** The machine's clock behind the `Clock` port. */
import type { Clock } from './ports';

export function createNodeClock(): Clock {
  return { nowMs: () => performance.now(), wallMs: () => Date.now() };
}
