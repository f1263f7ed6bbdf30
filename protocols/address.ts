/**
 * Text of an address of four 32-bit words, as in `Datagram`: dotted quad, or the canonical IPv6 form of
 * RFC 5952 with IPv4-mapped addresses as `::ffff:10.0.0.1`. Builds strings: not for the hot path.
 */
export function addressText(family: 4 | 6, word0: number, word1: number, word2: number, word3: number): string {
  if (family === 4) return dottedQuad(word3);
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${dottedQuad(word3)}`;
  const groups = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

/** `10.8.34.13:46103`, `[::1]:11211`. */
export function endpointText(
  family: 4 | 6,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
  port: number,
): string {
  const address = addressText(family, word0, word1, word2, word3);
  return family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

/** The address of an `endpointText`: without port and brackets. */
export function addressOf(endpoint: string): string {
  const address = endpoint.slice(0, endpoint.lastIndexOf(':'));
  return address.startsWith('[') ? address.slice(1, -1) : address;
}

function dottedQuad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** The first of the longest runs of zero groups. Source: RFC 5952 §4.2.3. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}
