/** URIs of the wire → absolute paths of the core. Only files of this machine have one. */
import { URI } from 'vscode-uri';

export function fromWireUri(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' || parsed.scheme === 'vscode-remote' ? parsed.fsPath : undefined;
}
