import { u8 } from '../../../protocols/bytes.ts';
import { addChecksum, foldChecksum } from '../../../protocols/checksum.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import { ipv4Address, ipv6Address } from './address.ts';
import type { LineContext } from './context.ts';

const ipv4OptionEnd = 0;
const ipv4OptionNoOperation = 1;
const ipv4LooseSourceRoute = 131;
const ipv4StrictSourceRoute = 137;

/** What the transport printers need to know of the IP header above them. One object is reused for all packets. */
export class IpHeader {
  version: 4 | 6 = 4;
  /** Offset of the header. */
  start = 0;
  /** Offsets of the addresses. */
  source = 0;
  destination = 0;
  /** The transport protocol. */
  protocol = 0;
  /** False behind an extension header: the addresses were printed before it. */
  showsAddresses = true;
  /** True for the first fragment of several: its checksum can't be verified. */
  fragmented = false;

  begin(version: 4 | 6, start: number): void {
    this.version = version;
    this.start = start;
    this.source = start + (version === 4 ? 12 : 8);
    this.destination = start + (version === 4 ? 16 : 24);
    this.showsAddresses = true;
    this.fragmented = false;
  }

  /** Appends `source > destination`. */
  printAddresses(line: LineContext): void {
    this.printAddress(line, this.source);
    line.out.text(' > ');
    this.printAddress(line, this.destination);
  }

  printAddress(line: LineContext, at: number): void {
    if (this.version === 4) ipv4Address(line.bytes, at, line.out);
    else ipv6Address(line.bytes, at, line.out);
  }

  /**
   * The folded checksum of the transport's `length` bytes from `start` on and their pseudo header: 0 if it is right.
   */
  transportChecksum(line: LineContext, start: number, length: number): number {
    const { bytes } = line;
    const addressLength = this.version === 4 ? 4 : 16;
    const destination = this.version === 4 ? this.#routedDestination4(line) : this.#routedDestination6(line);
    let sum = this.protocol + (length & 0xffff);
    if (this.version === 6) sum += length >>> 16;
    sum = addChecksum(sum, bytes, this.source, this.source + addressLength);
    sum = addChecksum(sum, bytes, destination, destination + addressLength);
    return foldChecksum(addChecksum(sum, bytes, start, start + length));
  }

  /** Where the address lies that a source route leads to, or the destination. Source: RFC 791 §3.1. */
  #routedDestination4(line: LineContext): number {
    const { bytes } = line;
    const end = this.start + (u8(bytes, this.start) & 15) * 4;
    let at = this.start + 20;
    while (at < end) {
      const kind = u8(bytes, at);
      if (kind === ipv4OptionEnd) break;
      let length = 1;
      if (kind !== ipv4OptionNoOperation) {
        if (!line.has(at, 2)) break;
        length = u8(bytes, at + 1);
        if (length < 2 || at + length > end) break;
        if ((kind === ipv4LooseSourceRoute || kind === ipv4StrictSourceRoute) && length >= 7) return at + length - 4;
      }
      at += length;
    }
    return this.destination;
  }

  /** Where the address lies that a routing header leads to, or the destination. Sources: RFC 6275 §6.4, RFC 8754 §2. */
  #routedDestination6(line: LineContext): number {
    const { bytes } = line;
    let next = u8(bytes, this.start + 6);
    let at = this.start + 40;
    while (line.has(at, 2)) {
      switch (next) {
        case IpProtocol.hopByHop:
        case IpProtocol.destinationOptions:
          next = u8(bytes, at);
          at += (u8(bytes, at + 1) + 1) * 8;
          break;
        case IpProtocol.fragment:
          next = u8(bytes, at);
          at += 8;
          break;
        case IpProtocol.routing:
          return this.#lastSegment(line, at);
        default:
          return this.destination;
      }
    }
    return this.destination;
  }

  #lastSegment(line: LineContext, at: number): number {
    const length = u8(line.bytes, at + 1);
    const type = line.has(at, 4) ? u8(line.bytes, at + 2) : -1;
    if (length % 2 === 1) return this.destination;
    let destination = this.destination;
    if (type === 4) {
      if (line.has(at + 8, 16)) destination = at + 8;
    } else if (type === 0 || type === 2) {
      for (let index = 0; index < length / 2; index++) {
        if (line.has(at + 8 + index * 16, 16)) destination = at + 8 + index * 16;
      }
    }
    return destination;
  }
}
