import { isIPv6 } from 'node:net';

/** An IPv4 address or network with two to four parts, as a 32-bit word; undefined where a part is above 255. */
export function parseIpv4(text: string): { address: number; parts: number } | undefined {
  const parts = text.split('.').map(Number);
  let address = 0;
  for (let index = 0; index < 4; index++) {
    const part = parts[index] ?? 0;
    if (part > 255) return undefined;
    address = address * 256 + part;
  }
  return { address, parts: parts.length };
}

/** An IPv6 address as four 32-bit words (RFC 4291 §2.2); undefined where it is none. */
export function parseIpv6(text: string): number[] | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = new Array<number>(8 - before.length - after.length).fill(0);
  const all = [...before, ...gap, ...after];
  const words: number[] = [];
  for (let index = 0; index < 8; index += 2) words.push(((all[index] ?? 0) * 0x10000 + (all[index + 1] ?? 0)) >>> 0);
  return words;
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const { address } = parseIpv4(group) ?? { address: 0 };
    return [address >>> 16, address & 0xffff];
  });
}

/** The first `length` bits of a 32-bit word set; lengths outside 0 to 32 count as the nearest of them. */
export function prefixMask(length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? 0xffffffff : (0xffffffff << (32 - length)) >>> 0;
}
