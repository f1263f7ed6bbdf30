import { pcapFile } from './capture-file.ts';
import { TcpConversation } from './tcp-conversation.ts';

/** Packets of a capture that are no command's: the handshake, and one acknowledgment, which makes their number even. */
export const packetsBesideCommands = 4;

/** A capture of as many packets, an even number: one connection and its client's misses, each of two packets. */
export function largeCapture(packets: number): Buffer {
  const conversation = new TcpConversation({ client: { address: '192.0.2.1', port: 40_000 } });
  conversation.handshake();
  conversation.ack('client');
  for (let exchange = 0; exchange < (packets - packetsBesideCommands) / 2; exchange++) {
    conversation.client(`get key:${exchange}\r\n`);
    conversation.server('END\r\n');
  }
  return pcapFile(conversation.packets);
}
