import { pcapFile } from './capture-file.ts';
import { TcpConversation } from './tcp-conversation.ts';

/** A capture of as many packets, an even number: one client's misses, without a hole. */
export function largeCapture(packets: number): Buffer {
  const conversation = new TcpConversation({ client: { address: '192.0.2.1', port: 40_000 } });
  for (let exchange = 0; exchange < packets / 2; exchange++) {
    conversation.client(`get key:${exchange}\r\n`);
    conversation.server('END\r\n');
  }
  return pcapFile(conversation.packets);
}
