/** Which hosts may be contacted: this machine only, unless the user allows others. What passes may go through the guard. */
import { networkGuard } from './network-guard';

export interface HostSetting {
  /** What answers there, for the sentence: `model host`, `critic host`. */
  readonly role: string;
  /** The setting that holds the address. */
  readonly setting: string;
  readonly allowRemoteHosts: boolean;
}

export type HostCheck =
  | { readonly kind: 'allowed'; readonly url: URL }
  /** `message` is one sentence for the user. */
  | { readonly kind: 'notAllowed' | 'noAddress'; readonly message: string };

export function checkHostUrl(text: string, { role, setting, allowRemoteHosts }: HostSetting): HostCheck {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return { kind: 'noAddress', message: `The setting ${setting} is no http address: ${text}; correct it.` };
  }
  if (!allowRemoteHosts) networkGuard.revokeRemote(setting);
  if (allowRemoteHosts || isLoopback(url)) {
    networkGuard.admit(url, { setting, role, isLoopback: isLoopback(url) });
    return { kind: 'allowed', url };
  }
  const message =
    `The ${role} ${url.host} is not on this machine; use a loopback address or allow other hosts with ` +
    'longfold.model.allowRemoteHosts.';
  return { kind: 'notAllowed', message };
}

export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
