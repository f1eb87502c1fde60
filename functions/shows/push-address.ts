import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Addresses of networks that are not the Internet: of the machine itself, of its neighbours, of its cloud (RFC 6890 and later). */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4');
/** Of IPv6 only what is given out for the Internet is one of it, and none of what stands for an address of IPv4. */
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inside.addSubnet(net, bits, 'ipv6');

/** Whether an IP address is one of the Internet. */
export const isPublicAddress = (address: string): boolean => {
  const version = isIP(address);
  if (version === 4) return !inside.check(address, 'ipv4');
  return version === 6 && global6.check(address, 'ipv6') && !inside.check(address, 'ipv6');
};

/**
 * Whether a browser's endpoint may be one: https on its own port, at a name and not at an address, with no credentials.
 *
 * @param also origins that are taken as well, as they are
 */
export const isPushEndpoint = (text: string, also: readonly string[]): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (also.includes(url.origin)) return true;
  const name = url.hostname.replace(/\.$/, '');
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    isIP(name.replace(/^\[|\]$/g, '')) === 0 &&
    name.includes('.') &&
    !/\.(?:local|localhost|internal|home\.arpa|test|invalid|example|onion)$/.test(name)
  );
};

/**
 * Finds the addresses of a name, and none that is not of the Internet. The connection goes to the very addresses that were looked at,
 * so that a name which answers differently the second time gains nothing.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const open = found.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (!first) return callback(new Error('the name leads to no address of the Internet'), '', 0);
    return options.all ? callback(null, open) : callback(null, first.address, first.family);
  });
};
