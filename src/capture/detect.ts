import { CaptureError } from './capture-error.ts';
import type { CaptureReader, CaptureReceiver } from './capture-reader.ts';
import { PcapReader, pcapByteOrder } from './pcap-reader.ts';
import { PcapngReader, pcapngMagic } from './pcapng-reader.ts';

/** Bytes that tell the formats apart. */
export const magicLength = 4;

/** Signatures of what users hand over by mistake, with what helps. */
const others: readonly (readonly [string, string])[] = [
  ['28b52ffd', 'compressed with zstd: decompress it first'],
  ['fd377a58', 'compressed with xz: decompress it first'],
  ['425a68', 'compressed with bzip2: decompress it first'],
  ['04224d18', 'compressed with lz4: decompress it first'],
  ['504b0304', 'a zip archive: unpack it first'],
  ['736e6f6f70', 'a snoop capture: convert it with editcap'],
];

export function isGzip(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b;
}

/**
 * Reader for the format that these first bytes of a capture belong to. Throws a `CaptureError` that says what they are.
 */
export function readerFor(bytes: Buffer, receiver: CaptureReceiver): CaptureReader {
  if (bytes.length === 0) throw new CaptureError('the file is empty: expected a pcap or pcapng capture', { offset: 0 });
  if (bytes.length >= magicLength) {
    if (bytes.readUInt32BE(0) === pcapngMagic) return new PcapngReader(receiver);
    if (pcapByteOrder(bytes) !== undefined) return new PcapReader(receiver);
  }
  const start = bytes.toString('hex', 0, 8);
  const other = others.find(([signature]) => start.startsWith(signature));
  const what = other === undefined ? unknown(bytes) : `it is ${other[1]}`;
  throw new CaptureError(`not a capture: ${what}; expected pcap or pcapng, gzipped or not`, { offset: 0 });
}

function unknown(bytes: Buffer): string {
  const sample = bytes.subarray(0, 16);
  const printable = sample.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13);
  if (printable) return `it begins with the text ${JSON.stringify(sample.toString('latin1'))}`;
  return `it begins with the bytes ${sample.subarray(0, 8).toString('hex').replace(/../g, '$& ').trim()}`;
}
