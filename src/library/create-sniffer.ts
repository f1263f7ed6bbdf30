import { performance } from 'node:perf_hooks';
import type { Endpoint } from '../../protocols/given-streams.ts';
import { emptyPacket, LinkType } from '../../protocols/packet.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { SnifferEvent } from './events.ts';
import type { SnifferOptions } from './options.ts';
import { type RunCounts, Tracker } from './tracker.ts';

/** A packet, from its link layer on. */
export interface GivenPacket {
  /** What was captured of it. */
  readonly bytes: Uint8Array;
  /** When, µs since 1970-01-01 UTC; now where nothing is said. */
  readonly timeUs?: number;
  /** LINKTYPE_ value, see `LinkType`; Ethernet where nothing is said. */
  readonly linkType?: number;
  /** Its length on the wire, where not all of it was captured. */
  readonly originalLength?: number;
}

/** Who talks to whom, and since when, µs since 1970-01-01 UTC; now where nothing is said. */
export interface GivenConnectionOptions {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly timeUs?: number;
}

/**
 * A connection whose two byte streams the caller has himself, as a client, a server or a proxy has. Bytes are given in
 * the order in which they passed, in pieces of any size, each with its time (µs since 1970-01-01 UTC; now where nothing is
 * said), and are borrowed for the call. What a packet is elsewhere, a piece is here: it counts as one.
 */
export interface StreamConnection {
  readonly connection: ConnectionInfo;
  /** The client has sent this. */
  fromClient(bytes: Uint8Array, timeUs?: number): void;
  /** The server has sent this. */
  fromServer(bytes: Uint8Array, timeUs?: number): void;
  /** It is over: closed, or reset. */
  close(reason?: 'fin' | 'rst', timeUs?: number): void;
}

/**
 * Told of packets and streams. What it finds, its listeners hear within the call; or it is iterated over: events are kept
 * from then on, until they are taken.
 */
export interface MemcachedSniffer extends AsyncIterable<SnifferEvent> {
  /** The next packet. Its bytes are borrowed for the call. */
  packet(packet: GivenPacket): void;
  /** Begins a connection whose streams the caller has. */
  connection(options: GivenConnectionOptions): StreamConnection;
  /** Settles when the events so far were taken, for whoever gives faster than they are. */
  drained(): Promise<void>;
  /** Requests that are due an answer and have none yet, oldest first within a connection. */
  waiting(): Transaction[];
  /** What was counted so far. */
  counts(): RunCounts;
  /** Nothing more comes: what is open ends here, and so does the iteration. What is given later is passed over. */
  end(): void;
}

/** Makes a sniffer that is given what it looks at. Throws a `FilterError` where the filter expression is none. */
export function createSniffer(options: SnifferOptions = {}): MemcachedSniffer {
  const isLive = options.live ?? true;
  const tracker = new Tracker(options, isLive, () => undefined);
  const { sniffer, pipeline, events } = tracker;
  const packet = emptyPacket();

  return {
    packet({ bytes, timeUs = nowUs(), linkType = LinkType.ethernet, originalLength = bytes.length }) {
      if (pipeline.hasEnded) return;
      // The caller may write over it before it is processed.
      packet.bytes = isLive ? bufferOf(bytes) : Buffer.from(bytes);
      packet.start = 0;
      packet.end = bytes.length;
      packet.seconds = Math.floor(timeUs / 1e6);
      packet.nanoseconds = Math.floor(timeUs - packet.seconds * 1e6) * 1000;
      packet.linkType = linkType;
      packet.originalLength = originalLength;
      sniffer.packet(packet);
      if (isLive) sniffer.finish();
    },
    connection({ client, server, timeUs = nowUs() }) {
      if (pipeline.hasEnded) throw new Error('the sniffer has ended');
      const info = pipeline.openStreams(client, server, timeUs, tracker.counts().packets);
      const give = (fromClient: boolean, bytes: Uint8Array, at: number): void => {
        if (pipeline.hasEnded) return;
        const number = tracker.count();
        tracker.heard(at, bytes.length);
        tracker.attempt(() => pipeline.streamData(info, fromClient, bufferOf(bytes), at, number));
      };
      return {
        connection: info,
        fromClient: (bytes, at = nowUs()) => give(true, bytes, at),
        fromServer: (bytes, at = nowUs()) => give(false, bytes, at),
        close(reason = 'fin', at = nowUs()) {
          if (pipeline.hasEnded) return;
          tracker.attempt(() => pipeline.closeStreams(info, reason, at, tracker.counts().packets));
        },
      };
    },
    drained: async () => events.drained(),
    waiting: () => tracker.waiting(),
    counts: () => tracker.counts(),
    end() {
      tracker.end();
      events.end();
    },
    [Symbol.asyncIterator]: () => events.take(),
  };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Never goes back. */
function nowUs(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}
