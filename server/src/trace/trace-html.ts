/**
 * A trace as one self-contained HTML page: events, script and style inside, nothing loaded, nothing sent. The script
 * is the trace webview's own; it reads its events from `#trace-data` when no editor is there.
 */
import { createHash } from 'node:crypto';
import type { TraceEvent } from '../../../protocol/trace-events';

export interface TraceHtmlOptions {
  readonly events: readonly TraceEvent[];
  /** Source of the trace webview's script and style sheet. */
  readonly script: string;
  readonly style: string;
  readonly title: string;
}

export function renderTraceHtml(options: TraceHtmlOptions): string {
  const script = options.script.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
  const style = options.style.replaceAll(/<\/(style)/gi, '<\\/$1');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script)}'`,
    `style-src 'sha256-${sha256(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(options.title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<script type="application/json" id="trace-data">${toScriptSafeJson(options.events)}</script>`,
    '<div id="app"></div>',
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON that can stand in a script element: nothing in it can close the element or open a comment. */
export function toScriptSafeJson(value: unknown): string {
  const escapes: Readonly<Record<string, string>> = {
    '<': '\\u003c',
    '>': '\\u003e',
    '&': '\\u0026',
    '\u2028': '\\u2028',
    '\u2029': '\\u2029',
  };
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (char) => escapes[char] ?? char);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
