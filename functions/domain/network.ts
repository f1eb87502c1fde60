/**
 * The network that an address is counted by: of IPv6 the whole /64 that a household has, since by single addresses one person would be
 * as many as they like; of IPv4 the address itself.
 */
export const networkOf = (address: string): string => {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const filled = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill('0'), ...behind];
  return `${filled.slice(0, 4).join(':')}::/64`;
};
