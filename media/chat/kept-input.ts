/** What was written and chosen for the next question: it outlives a view that is hidden or drawn anew. */
import type { ChosenPath } from '../../protocol/conversation';

export interface KeptInput {
  readonly draft: string;
  /** As the list of modes has it; empty: from the settings. */
  readonly mode: string;
  readonly chosen: readonly ChosenPath[];
}

/** Out of the state that the editor kept, which an older version may have written. */
export function readKept(state: unknown): KeptInput {
  const kept = isRecord(state) ? state : {};
  const { draft, mode, chosen } = kept;
  return {
    draft: typeof draft === 'string' ? draft : '',
    mode: typeof mode === 'string' ? mode : '',
    chosen: Array.isArray(chosen) ? chosen.filter(isChosen) : [],
  };
}

function isChosen(value: unknown): value is ChosenPath {
  return isRecord(value) && ['folderUri', 'path', 'label'].every((key) => typeof value[key] === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
