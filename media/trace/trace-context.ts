/** What every part of the trace page needs to draw itself. */
import type { WebviewStrings } from '../../protocol/webview-strings';
import type { OpenSource } from '../shared/place';
import type { Figures } from './format-figures';

export interface TraceContext {
  readonly strings: WebviewStrings;
  readonly figures: Figures;
  readonly language: string;
  /** Null on the stand-alone page, where places are plain text. */
  readonly open: OpenSource | null;
}
