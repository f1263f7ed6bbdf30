import { type PcapOptions, pcapFile } from './capture-file.ts';
import { type ConversationOptions, TcpConversation } from './tcp-conversation.ts';

/** A connection that gets a key, sets it and gets it again; most samples are this one under some mishap. */
export function plainSession(options: ConversationOptions = {}): TcpConversation {
  const conversation = new TcpConversation(options);
  conversation.handshake();
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  exchange(conversation, 'set user:1 0 0 5\r\nalice\r\n', 'STORED\r\n');
  exchange(conversation, 'get user:1\r\n', 'VALUE user:1 0 5\r\nalice\r\nEND\r\n');
  conversation.close();
  return conversation;
}

export function exchange(conversation: TcpConversation, request: string, answer: string): void {
  conversation.client(request);
  conversation.server(answer);
  conversation.ack('client');
}

export function capture(conversation: TcpConversation, options: PcapOptions = {}): Buffer {
  return pcapFile(conversation.packets, options);
}

/** A connection with its handshake done. */
export function open(options: ConversationOptions = {}): TcpConversation {
  const conversation = new TcpConversation(options);
  conversation.handshake();
  return conversation;
}
