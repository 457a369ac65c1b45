/** What every part of the trace page needs to draw itself. */
import type { TraceEvent } from '../../protocol/trace-events';
import type { WebviewStrings } from '../../protocol/webview-strings';
import type { OpenSource } from '../shared/place';
import type { AnchorMarks } from './anchor-marks';
import type { Figures } from './format-figures';

export interface TraceContext {
  readonly strings: WebviewStrings;
  readonly figures: Figures;
  readonly language: string;
  /** Whether cited words still stand where they stood. */
  readonly anchors: AnchorMarks;
  /** Null on the stand-alone page, where places are plain text. */
  readonly open: OpenSource | null;
  /** Goes on after a step with another memory (a fact a line) and plan; null where that is not possible. */
  readonly fork: ((step: TraceEvent, memory: string, plan: string) => void) | null;
}
