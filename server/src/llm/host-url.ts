/** Which hosts may be contacted: this machine only, unless the user allows others. */
import { ModelError } from './chat-model';

export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws ModelError `hostNotAllowed` when the address is not on this machine and others are not allowed. */
export function parseHostUrl(text: string, options: { readonly allowRemoteHosts: boolean }): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ModelError('other', `The setting longfold.model.ollamaUrl is no http address: ${text}; correct it.`);
  }
  if (options.allowRemoteHosts || isLoopback(url)) return url;
  throw new ModelError(
    'hostNotAllowed',
    `The model host ${url.host} is not on this machine; use a loopback address or allow other hosts with ` +
      'longfold.model.allowRemoteHosts.',
  );
}
