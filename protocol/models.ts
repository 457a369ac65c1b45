/** The language models that can be used now. */
import { RequestType } from 'vscode-languageserver-protocol';

export interface ModelChoice {
  /** `ollama:NAME`, `embedded:FILE` or `none`: the value of the setting `longfold.model.use`. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly isCurrent: boolean;
}
export interface ModelList {
  readonly models: readonly ModelChoice[];
  /** One sentence a host that was looked for and not found, with what to do. */
  readonly problems: readonly string[];
}

/** extension → server: which models are there. */
export const ListModelsRequest = new RequestType<Record<string, never>, ModelList, void>('longfold/model/list');
