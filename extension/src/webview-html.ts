/**
 * The page around a webview script. The content security policy lets in one script by its nonce and the style
 * sheet from dist/media, and nothing else: no images, no fonts, no network, no inline style.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function mediaFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'media');
}

export function renderWebviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: 'chat' | 'trace'): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(mediaFolder(extensionUri), file)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${at(`${name}.css`)}">
<title>Longfold</title>
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" src="${at(`${name}.js`)}"></script>
</body>
</html>`;
}
