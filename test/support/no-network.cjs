/**
 * Preloaded into a process under test (and, by NODE_OPTIONS, into its workers and Node children): every way to the
 * network is refused and written to the file in LONGFOLD_TEST_SOCKETS, but the hosts in LONGFOLD_TEST_HOSTS.
 */
const fs = require('node:fs');
const net = require('node:net');
const dns = require('node:dns');
const dgram = require('node:dgram');

const log = process.env.LONGFOLD_TEST_SOCKETS;
const allowed = (process.env.LONGFOLD_TEST_HOSTS ?? '').split(',').filter(Boolean);

function refuse(what) {
  if (log) fs.appendFileSync(log, `${what}\n`);
  throw new Error(`refused by the test: ${what}`);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host =
    typeof options === 'object' ? (options.path ?? `${options.host ?? 'localhost'}:${options.port}`) : args.join(':');
  if (!allowed.includes(host)) refuse(`connect ${host}`);
  return connect.apply(this, args);
};
for (const name of Object.keys(dns)) {
  if (/^(?:lookup|resolve|reverse)/.test(name) && typeof dns[name] === 'function') {
    const lookup = dns[name];
    // A literal address is looked up without the network.
    dns[name] = (host, ...rest) => (net.isIP(host) ? lookup(host, ...rest) : refuse(`dns ${host}`));
  }
}
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns.promises[name] = (host) => refuse(`dns ${host}`);
dgram.createSocket = () => refuse('udp');
net.Server.prototype.listen = () => refuse('listen');
globalThis.fetch = (input) => refuse(`fetch ${String(input)}`);
globalThis.WebSocket = class {
  constructor(url) {
    refuse(`websocket ${String(url)}`);
  }
};
