import type { Datagram } from './datagram.ts';
import { fingerprint } from './fingerprint.ts';
import type { UdpDatagram } from './udp.ts';

/**
 * The UDP datagrams of the last packets, by the identification that IP gives each. It tells a datagram that the network
 * or the capture has doubled from the same bytes sent again. Linux, the BSDs and Windows count it on; RFC 6864 would
 * allow any value, and where it is 0 (or IPv6, which has none) or the same for all, it says nothing.
 */
export class RecentDatagrams {
  readonly #packets: Float64Array;
  readonly #identifications: Uint32Array;
  /** The same number for both directions between two hosts. */
  readonly #hosts: Int32Array;
  readonly #fingerprints: Int32Array;
  #next = 0;

  /** `packets`: how many packets back a datagram is remembered. */
  constructor(packets: number) {
    const size = Math.max(1, packets);
    this.#packets = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
    this.#identifications = new Uint32Array(size);
    this.#hosts = new Int32Array(size);
    this.#fingerprints = new Int32Array(size);
  }

  /** Whether this datagram came before, in a packet shortly before or behind `packet`; remembers it if not. */
  isDoubled(datagram: Datagram, udp: UdpDatagram, bytes: Uint8Array, packet: number): boolean {
    const { identification, source3, destination3 } = datagram;
    if (identification === 0) return false;
    const hosts = source3 ^ destination3;
    const print =
      fingerprint(bytes, udp.payloadStart, udp.payloadEnd) ^ Math.imul(source3 ^ (udp.sourcePort << 16), 0x9e3779b1);
    const size = this.#packets.length;
    let isKnown = false;
    let isUnique = true;
    for (let index = 0; index < size; index++) {
      if (this.#identifications[index] !== identification || this.#hosts[index] !== hosts) continue;
      if (Math.abs(packet - (this.#packets[index] as number)) > size) continue;
      if (this.#fingerprints[index] === print) isKnown = true;
      // Whoever builds these packets gives all the same.
      else isUnique = false;
    }
    if (!isKnown) this.#remember(packet, identification, hosts, print);
    return isKnown && isUnique;
  }

  #remember(packet: number, identification: number, hosts: number, print: number): void {
    const at = this.#next;
    this.#packets[at] = packet;
    this.#identifications[at] = identification;
    this.#hosts[at] = hosts;
    this.#fingerprints[at] = print;
    this.#next = at + 1 === this.#packets.length ? 0 : at + 1;
  }
}
