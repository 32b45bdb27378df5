/** An IPv4 or IPv6 network as a number of bits and their prefix. */
interface Network {
  readonly bits: bigint;
  readonly prefix: number;
  readonly size: 32 | 128;
}

/** Whether text is an address or a network (CIDR). */
export function isAddressRule(text: string): boolean {
  return parse(text) !== undefined;
}

/** Whether an address lies within one of the rules; no rules admit every address. IPv4 within IPv6 counts as IPv4. */
export function isAllowedAddress(address: string, rules: readonly string[]): boolean {
  if (rules.length === 0) return true;
  const asked = parse(address.split('%')[0] ?? '');
  if (asked === undefined || asked.prefix !== asked.size) return false;
  return rules.some((rule) => {
    const network = parse(rule);
    if (network === undefined || network.size !== asked.size) return false;
    const shift = BigInt(network.size - network.prefix);
    return asked.bits >> shift === network.bits >> shift;
  });
}

function parse(text: string): Network | undefined {
  const [address = '', prefixText, more] = text.split('/');
  if (more !== undefined) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const bits = plain.includes(':') ? ipv6(plain) : ipv4(plain);
  const size = plain.includes(':') ? 128 : 32;
  const prefix = prefixText === undefined ? size : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  return bits === undefined || prefix < 0 || prefix > size ? undefined : { bits, prefix, size };
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = groups.flat();
  if (given.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - given.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all =
    halves.length === 1 ? given : [...(groups[0] ?? []), ...Array<string>(missing).fill('0'), ...(groups[1] ?? [])];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
