import type { LineContext } from './context.ts';
import type { ConversationPrinter } from './conversation.ts';
import type { IpHeader } from './ip-header.ts';
import type { RelativeSequence } from './relative-sequence.ts';

/**
 * Prints what a tunnel's header leads to. Handed on, since the printers of tunnels are reached from those of IP: they
 * need not know each other in a circle.
 */
export interface InnerPrinter {
  /** What follows an EtherType; undefined where it has no printer. */
  etherPayload(
    line: LineContext,
    state: TransportState,
    etherType: number,
    at: number,
    length: number,
  ): boolean | undefined;
  ethernet(line: LineContext, state: TransportState, at: number, length: number): boolean;
}

/** What the IP printers hand on, reused for all packets. */
export interface TransportState {
  readonly ip: IpHeader;
  readonly tcpConversation: ConversationPrinter;
  readonly udpConversation: ConversationPrinter;
  readonly relative4: RelativeSequence;
  readonly relative6: RelativeSequence;
  readonly inner: InnerPrinter;
}
