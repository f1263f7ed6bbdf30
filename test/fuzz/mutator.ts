import type { Random } from '../support/random.ts';

/** Words that mean something to one of the parsers, and numbers at the edges of what they count with. */
export const hostileText = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\0',
  'END\r\n',
  'STORED\r\n',
  'VALUE k 0 1\r\n',
  'get ',
  'gets k\r\n',
  'set k 0 0 2\r\n',
  'set k 0 0 2 noreply\r\n',
  'cas k 0 0 2 18446744073709551615\r\n',
  'mg k v q k O1\r\n',
  'ms k 2 q\r\n',
  'mn\r\n',
  'VA 2 t-1\r\n',
  'EN\r\n',
  'HD k O1\r\n',
  'quit\r\n',
  'watch\r\n',
  'STAT a b\r\n',
  'CLIENT_ERROR bad data chunk\r\n',
  '-1',
  '0',
  '2147483645',
  '2147483648',
  '4294967296',
  '18446744073709551616',
  '99999999999999999999999999',
  '\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01',
  '\x81\x0d\x00\xff\x04\x00\x00\x00\xff\xff\xff\xff',
  '\x80\x21',
  '\xff\xff\xff\xff',
  '\x00\x00\x00\x00',
  '\x00\x01\x00\x00\x00\x01\x00\x00',
] as const;

const edges = [0, 1, 2, 3, 4, 7, 8, 0x14, 0x20, 0x7f, 0x80, 0xfe, 0xff] as const;

/**
 * A changed copy of an input: bytes, numbers, words, parts left out, repeated or exchanged, and parts of another input.
 */
export function mutated(input: Buffer, other: Buffer, random: Random, longest = 4096): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let count = 1 << random.below(4); count > 0; count--) bytes = step(bytes, other, random);
  return bytes.subarray(0, longest);
}

function step(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.between(1, 16);
  switch (random.below(10)) {
    case 0:
    case 1:
      if (at < bytes.length) bytes[at] = random.chance(0.5) ? random.below(256) : random.pick(edges);
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 3:
      if (at + 4 <= bytes.length) bytes.writeUInt32BE(edgeNumber(random), at);
      return bytes;
    case 4:
      if (at + 2 <= bytes.length) bytes.writeUInt16BE(edgeNumber(random) & 0xffff, at);
      return bytes;
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.pick(hostileText), 'latin1'),
        bytes.subarray(at),
      ]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 7:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
    case 8: {
      const from = random.below(other.length + 1);
      return Buffer.concat([
        bytes.subarray(0, at),
        other.subarray(from, from + random.between(1, 64)),
        bytes.subarray(at),
      ]);
    }
    default:
      return bytes.subarray(0, Math.max(1, at));
  }
}

function edgeNumber(random: Random): number {
  const power = 2 ** random.below(33);
  return Math.max(0, Math.min(0xffffffff, power + random.between(-2, 2))) >>> 0;
}
