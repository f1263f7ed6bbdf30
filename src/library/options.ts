import type { Listener } from '../../protocols/events.ts';
import type { Limits } from '../../protocols/limits.ts';

/** Who listens to a capture; every member is optional. What an exception of one says comes out of the call that it met. */
export interface SnifferListener extends Listener {
  /** A packet, before anything is told of it: its time, µs since 1970, and its length on the wire in bytes. */
  packet?(timeUs: number, bytes: number): void;
}

/** What is looked for, and who is told. */
export interface SnifferOptions {
  /** TCP ports of memcached, 11211 where nothing is said; `any`: it is recognized on any port by what is said there. */
  readonly ports?: Iterable<number> | 'any';
  /** UDP ports of memcached, 11211 where nothing is said. */
  readonly udpPorts?: Iterable<number>;
  /** First bytes that are kept of each value; 0, the default, keeps none. */
  readonly valueBytes?: number;
  /** Told of everything as it becomes certain, in this order, before events are handed out. */
  readonly listeners?: readonly SnifferListener[];
  /** Packets to look at, in the language of pcap-filter(7), as far as the program reads it for a file. */
  readonly filter?: string;
  /** What traffic could make grow has limits; these replace the defaults. */
  readonly limits?: Partial<Limits>;
  /**
   * True: each packet is told of as it comes. False: up to 64 packets behind it are looked at first, which tells packets
   * out of order from packets lost, as the program does with a file. The default is false for captures and true for
   * packets that are given one by one.
   */
  readonly live?: boolean;
}
