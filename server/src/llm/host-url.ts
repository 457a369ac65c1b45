/** The address of the model host, as far as it may be contacted. */
import { checkHostUrl } from '../platform/host-url';
import { ModelError } from './chat-model';

/** @throws ModelError `hostNotAllowed` when the address is not on this machine and others are not allowed. */
export function parseHostUrl(text: string, options: { readonly allowRemoteHosts: boolean }): URL {
  const check = checkHostUrl(text, { role: 'model host', setting: 'longfold.model.ollamaUrl', ...options });
  if (check.kind === 'allowed') return check.url;
  throw new ModelError(check.kind === 'notAllowed' ? 'hostNotAllowed' : 'other', check.message);
}
