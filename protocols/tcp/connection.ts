import type { Datagram } from '../datagram.ts';
import { Peers } from '../peers.ts';
import type { Session } from '../protocol.ts';
import { TcpFlag, type TcpSegment } from './segment.ts';
import type { StreamPair } from './stream-pair.ts';

/** One connection: who talks to whom, its streams, and its place in the table. */
export class Connection extends Peers {
  readonly transport = 'tcp';
  /** Undefined where nobody is interested, and after the end. */
  session: Session | undefined;
  /** Undefined where nobody is interested. */
  streams: StreamPair | undefined;
  closed = false;
  /** A byte of payload was seen. */
  hasSpoken = false;
  /** Number of the packet that closed it. */
  endPacket = 0;

  constructor(datagram: Datagram, segment: TcpSegment, fromClient: boolean, hash: number) {
    super(datagram, segment, fromClient, (segment.flags & TcpFlag.syn) === 0, hash);
  }
}
