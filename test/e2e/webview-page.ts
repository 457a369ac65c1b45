/**
 * A built webview page in a real browser, with the messages of an editor: what the page posts is recorded, and
 * what the extension would post is sent in. The content security policy is the extension's own kind.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const media = join(import.meta.dirname, '..', '..', 'dist', 'media');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface WebviewPage {
  readonly page: Page;
  /** What the page said to the extension so far. */
  posted(): Promise<readonly unknown[]>;
  send(message: unknown): Promise<void>;
  /** Requests that the page tried to make, and scripts that ran though they must not. */
  readonly escapes: readonly string[];
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['LONGFOLD_CHROMIUM'] ?? '/usr/bin/chromium', args: flags });
}

export async function openWebviewPage(
  browser: Browser,
  name: 'chat' | 'trace',
  options: { readonly size: { readonly width: number; readonly height: number }; readonly theme?: string },
): Promise<WebviewPage> {
  const page = await browser.newPage({ viewport: options.size });
  const escapes: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('http://longfold.test/')) escapes.push(request.url());
  });
  page.on('dialog', (dialog) => {
    escapes.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const csp = "default-src 'none'; script-src 'nonce-test'; style-src http://longfold.test";
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<link rel="stylesheet" href="/theme.css"><link rel="stylesheet" href="/${name}.css"></head>
<body><div id="app"></div><script nonce="test" src="/${name}.js"></script></body></html>`;
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', html],
    '/theme.css': ['text/css', options.theme ?? ''],
    [`/${name}.css`]: ['text/css', readFileSync(join(media, `${name}.css`), 'utf8')],
    [`/${name}.js`]: ['text/javascript', readFileSync(join(media, `${name}.js`), 'utf8')],
  };
  await page.route('**/*', (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? [];
    return contentType === undefined || body === undefined ? route.abort() : route.fulfill({ contentType, body });
  });
  await page.addInitScript(() => {
    const posted: unknown[] = [];
    let state: unknown;
    Object.assign(window, {
      posted,
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => posted.push(message),
        getState: () => state,
        setState: (next: unknown) => {
          state = structuredClone(next);
        },
      }),
    });
  });
  await page.goto('http://longfold.test/');
  return {
    page,
    escapes,
    posted: () => page.evaluate<unknown[]>('window.posted'),
    send: (message) => page.evaluate((data) => window.postMessage(data), message),
  };
}

/** The variables of an editor theme that the pages use most. */
export const darkTheme = `:root { color-scheme: dark; --vscode-foreground: #cccccc; --vscode-descriptionForeground: #9d9d9d;
--vscode-editor-background: #1f1f1f; --vscode-textLink-foreground: #4daafc; --vscode-textLink-activeForeground: #4daafc;
--vscode-textCodeBlock-background: #2b2b2b; --vscode-textBlockQuote-background: #2b2b2b; --vscode-textBlockQuote-border: #616161;
--vscode-button-background: #0078d4; --vscode-button-foreground: #ffffff; --vscode-button-secondaryBackground: #313131;
--vscode-button-secondaryForeground: #cccccc; --vscode-input-background: #313131; --vscode-input-foreground: #cccccc;
--vscode-input-border: #3c3c3c; --vscode-dropdown-background: #313131; --vscode-dropdown-foreground: #cccccc;
--vscode-dropdown-border: #3c3c3c; --vscode-widget-border: #313131; --vscode-focusBorder: #0078d4;
--vscode-editorWarning-foreground: #cca700; --vscode-errorForeground: #f85149; --vscode-progressBar-background: #0078d4;
--vscode-font-family: system-ui, sans-serif; --vscode-font-size: 13px; --vscode-input-placeholderForeground: #989898;
--vscode-badge-background: #616161; --vscode-badge-foreground: #f8f8f8; --vscode-diffEditor-insertedTextBackground: #9ccc2c33;
--vscode-diffEditor-insertedLineBackground: #9bb95533; --vscode-diffEditor-removedLineBackground: #ff000033; }
body { background: #181818; }`;
export const lightTheme = `:root { color-scheme: light; --vscode-foreground: #3b3b3b; --vscode-descriptionForeground: #626262;
--vscode-editor-background: #ffffff; --vscode-textLink-foreground: #005fb8; --vscode-textLink-activeForeground: #005fb8;
--vscode-textCodeBlock-background: #f8f8f8; --vscode-textBlockQuote-background: #f0f0f0; --vscode-textBlockQuote-border: #c8c8c8;
--vscode-button-background: #005fb8; --vscode-button-foreground: #ffffff; --vscode-button-secondaryBackground: #e5e5e5;
--vscode-button-secondaryForeground: #3b3b3b; --vscode-input-background: #ffffff; --vscode-input-foreground: #3b3b3b;
--vscode-input-border: #cecece; --vscode-dropdown-background: #ffffff; --vscode-dropdown-foreground: #3b3b3b;
--vscode-dropdown-border: #cecece; --vscode-widget-border: #e5e5e5; --vscode-focusBorder: #005fb8;
--vscode-editorWarning-foreground: #8a6500; --vscode-errorForeground: #c72e0f; --vscode-progressBar-background: #005fb8;
--vscode-font-family: system-ui, sans-serif; --vscode-font-size: 13px; --vscode-input-placeholderForeground: #767676;
--vscode-badge-background: #cccccc; --vscode-badge-foreground: #3b3b3b; --vscode-diffEditor-insertedTextBackground: #9ccc2c40;
--vscode-diffEditor-insertedLineBackground: #9bb95533; --vscode-diffEditor-removedLineBackground: #ff000033; }
body { background: #f8f8f8; }`;
