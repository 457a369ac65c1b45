/** The address of a model host, as far as it may be contacted. */
import { checkHostUrl } from '../platform/host-url';
import { ModelError } from './chat-model';

export interface HostUrlOptions {
  readonly allowRemoteHosts: boolean;
  /** The setting that holds the address. */
  readonly setting: string;
}

/** @throws ModelError `hostNotAllowed` when the address is not on this machine and others are not allowed. */
export function parseHostUrl(text: string, options: HostUrlOptions): URL {
  const check = checkHostUrl(text, { role: 'model host', ...options });
  if (check.kind === 'allowed') return check.url;
  throw new ModelError(check.kind === 'notAllowed' ? 'hostNotAllowed' : 'other', check.message);
}
