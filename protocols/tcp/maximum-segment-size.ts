import { u8, u16be } from '../bytes.ts';
import { TcpOption } from './options.ts';
import { minimumHeaderLength, type TcpSegment } from './segment.ts';

/**
 * The largest payload that the sender of a SYN takes in one segment, in bytes; 0 where the SYN does not say.
 * Source: RFC 9293 §3.7.1.
 */
export function maximumSegmentSize(segment: TcpSegment, bytes: Uint8Array): number {
  const { headerStart, headerLength, payloadEnd } = segment;
  const end = Math.min(headerStart + headerLength, payloadEnd);
  let at = headerStart + minimumHeaderLength;
  while (at < end) {
    const kind = u8(bytes, at);
    if (kind === TcpOption.endOfList) return 0;
    if (kind === TcpOption.noOperation) {
      at++;
      continue;
    }
    const length = at + 1 < end ? u8(bytes, at + 1) : 0;
    if (kind === TcpOption.maximumSegmentSize && length === 4 && at + 4 <= end) return u16be(bytes, at + 2);
    if (length < 2) return 0;
    at += length;
  }
  return 0;
}
