/** The editor around a webview: posting messages, and the small state that survives hiding the view. */
export interface WebviewHost<Message> {
  post(message: Message): void;
  getState(): unknown;
  setState(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** Undefined on a page that no editor shows, such as the stand-alone trace. */
export function connectHost<Message>(): WebviewHost<Message> | undefined {
  if (typeof acquireVsCodeApi !== 'function') return undefined;
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    getState: () => api.getState(),
    setState: (state) => api.setState(state),
  };
}

/** Sends what went wrong in the page to the extension's log; there is nobody else to read it. */
export function reportErrors(report: (message: string) => void): void {
  window.addEventListener('error', (event) => report(event.message));
  window.addEventListener('unhandledrejection', (event) => report(String(event.reason)));
}
