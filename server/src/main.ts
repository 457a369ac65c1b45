/** Entry of the language server (IPC from the editor, or stdio). Composition root together with compose.ts. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { composeApplication } from './compose';
import { startLanguageServer } from './lsp/language-server';
import { missingRuntimeParts } from './platform/runtime-check';

startServer();

function startServer(): void {
  const connection = createConnection(ProposedFeatures.all);
  const missing = missingRuntimeParts();
  if (missing !== null) {
    connection.onInitialize(() => {
      throw new Error(missing);
    });
    connection.listen();
    return;
  }
  const logger = {
    info: (message: string): void => connection.console.info(message),
    warn: (message: string): void => connection.console.warn(message),
    error: (message: string): void => connection.console.error(message),
  };
  // A fault that nothing else caught must not take the server down: it is logged, and the request that met it fails.
  process.on('unhandledRejection', (reason) => logger.error(`Unexpected: ${String(reason)}`));
  process.on('uncaughtException', (error) => logger.error(`Unexpected: ${error.stack ?? error.message}`));
  startLanguageServer(connection, composeApplication({ logger, env: process.env, distFolder: __dirname }));
}
