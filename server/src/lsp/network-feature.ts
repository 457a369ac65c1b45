/** What went out over the network. */
import type { Connection } from 'vscode-languageserver';
import { OutboundLogRequest } from '../../../protocol';
import type { Application } from '../application';

export function registerNetwork(connection: Connection, application: Application): void {
  connection.onRequest(OutboundLogRequest, () => application.outboundLog());
}
