import { s32be, u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { TcpOption } from '../../../protocols/tcp/options.ts';
import { minimumHeaderLength, type TcpSegment } from '../../../protocols/tcp/segment.ts';

/** One option of a segment, decoded as far as it is explained. */
export type DecodedOption =
  | { readonly kind: 'maximumSegmentSize'; readonly size: number }
  | { readonly kind: 'windowScale'; readonly shift: number }
  | { readonly kind: 'timestamps'; readonly value: number; readonly echo: number }
  /** Sequence numbers, signed: from the first byte of each block to the one behind its last. */
  | { readonly kind: 'sack'; readonly edges: readonly (readonly [from: number, to: number])[] }
  | { readonly kind: 'fastOpen'; readonly isCookie: boolean }
  | { readonly kind: PlainOption }
  | { readonly kind: 'other'; readonly number: number };

/** Those of which only the name matters. */
type PlainOption =
  | 'endOfList'
  | 'noOperation'
  | 'sackPermitted'
  | 'md5Signature'
  | 'authentication'
  | 'userTimeout'
  | 'multipath';

const plain: ReadonlyMap<number, PlainOption> = new Map([
  [TcpOption.sackPermitted, 'sackPermitted'],
  [TcpOption.md5Signature, 'md5Signature'],
  [TcpOption.authentication, 'authentication'],
  [TcpOption.userTimeout, 'userTimeout'],
  [TcpOption.multipath, 'multipath'],
]);

/** The options of a segment in their order, up to the first that is cut or malformed. Source: RFC 9293 §3.1. */
export function decodeOptions(segment: TcpSegment, bytes: Uint8Array): DecodedOption[] {
  const options: DecodedOption[] = [];
  const end = Math.min(segment.headerStart + segment.headerLength, segment.payloadEnd);
  let at = segment.headerStart + minimumHeaderLength;
  while (at < end) {
    const kind = u8(bytes, at);
    if (kind === TcpOption.noOperation) {
      options.push({ kind: 'noOperation' });
      at++;
      continue;
    }
    if (kind === TcpOption.endOfList) return [...options, { kind: 'endOfList' }];
    const length = at + 1 < end ? u8(bytes, at + 1) : 0;
    if (length < 2 || at + length > end) return options;
    const option = decodeOption(kind, bytes, at + 2, length - 2);
    if (option === undefined) return options;
    options.push(option);
    at += length;
  }
  return options;
}

/** `length` bytes of data at `at`; undefined where it is not as long as its kind is. */
function decodeOption(kind: number, bytes: Uint8Array, at: number, length: number): DecodedOption | undefined {
  switch (kind) {
    case TcpOption.maximumSegmentSize:
      return length === 2 ? { kind: 'maximumSegmentSize', size: u16be(bytes, at) } : undefined;
    case TcpOption.windowScale:
      return length === 1 ? { kind: 'windowScale', shift: u8(bytes, at) } : undefined;
    case TcpOption.timestamps:
      return length === 8 ? { kind: 'timestamps', value: u32be(bytes, at), echo: u32be(bytes, at + 4) } : undefined;
    case TcpOption.sack:
      return length > 0 && length % 8 === 0 ? { kind: 'sack', edges: edgesOf(bytes, at, length) } : undefined;
    case TcpOption.fastOpen:
      // Source: RFC 7413 §4.1.1: none, or 4 to 16 bytes, an even number of them.
      return length === 0 || (length >= 4 && length <= 16 && length % 2 === 0)
        ? { kind: 'fastOpen', isCookie: length > 0 }
        : { kind: 'other', number: kind };
    default: {
      const name = plain.get(kind);
      return name === undefined ? { kind: 'other', number: kind } : { kind: name };
    }
  }
}

function edgesOf(bytes: Uint8Array, at: number, length: number): (readonly [number, number])[] {
  return Array.from({ length: length / 8 }, (_, index) => [
    s32be(bytes, at + index * 8),
    s32be(bytes, at + index * 8 + 4),
  ]);
}
