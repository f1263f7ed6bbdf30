import type { ConversationPrinter } from './conversation.ts';
import type { IpHeader } from './ip-header.ts';
import type { RelativeSequence } from './relative-sequence.ts';

/** What the IP printers hand on, reused for all packets. */
export interface TransportState {
  readonly ip: IpHeader;
  readonly tcpConversation: ConversationPrinter;
  readonly udpConversation: ConversationPrinter;
  readonly relative4: RelativeSequence;
  readonly relative6: RelativeSequence;
}
