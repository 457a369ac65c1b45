/** Shows what went out over the network as a plain text: when, to which host, what for, how much. */
import * as vscode from 'vscode';
import { OutboundLogRequest } from '../../../protocol/network';
import type { ServerConnection } from '../server-connection';

export async function showOutboundLog(server: ServerConnection): Promise<void> {
  const client = await server.ready();
  const { file, records } = await client.sendRequest(OutboundLogRequest, {});
  const lines = records.map(
    ({ at, method, host, path, purpose, sentBytes, receivedBytes, status, outcome }) =>
      `${at}  ${method} ${host}${path}  ${purpose}  ${sentBytes} → ${receivedBytes} bytes  ${outcome} ${status ?? ''}`,
  );
  const head =
    records.length === 0
      ? vscode.l10n.t('Longfold sent nothing to another program.')
      : vscode.l10n.t('Requests that Longfold sent to other programs, oldest first; kept in {0}', file);
  const content = [head, '', ...lines, ''].join('\n');
  const document = await vscode.workspace.openTextDocument({ content, language: 'plaintext' });
  await vscode.window.showTextDocument(document, { preview: true });
}
