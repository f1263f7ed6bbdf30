/** Captures of what may happen to memcached over UDP, one function each; samples/README.md says what they show. */
import { pcapFile } from './capture-file.ts';
import { UdpConversation } from './udp-conversation.ts';

function value(key: string, length: number, end = 'END\r\n'): string {
  return `VALUE ${key} 0 ${length}\r\n${'v'.repeat(length)}\r\n${end}`;
}

/** What the network may do to requests and answers. */
export function udpLoss(): Buffer {
  const udp = new UdpConversation();
  udp.request(1, 'get reordered\r\n');
  udp.answer(1, value('reordered', 4000), [2, 0, 1]);
  udp.request(2, 'get middle-lost\r\n');
  udp.answer(2, value('middle-lost', 4000), [0, 2]);
  udp.request(3, 'get end-lost\r\n');
  udp.answer(3, value('end-lost', 4000), [0, 1]);
  udp.request(4, 'get start-lost\r\n');
  udp.answer(4, value('start-lost', 4000), [1, 2]);
  udp.request(5, 'incr sent-twice 1\r\n');
  udp.wait(50_000);
  udp.request(5, 'incr sent-twice 1\r\n');
  udp.answer(5, '7\r\n');
  udp.answer(5, '8\r\n');
  udp.request(9, 'incr doubled 1\r\n');
  udp.doubled();
  udp.answer(9, '7\r\n');
  udp.doubled();
  // Once more after the answer, in a datagram of its own.
  udp.request(9, 'incr doubled 1\r\n');
  udp.answer(9, '8\r\n');
  udp.doubled();
  udp.request(6, 'get never-answered\r\n');
  udp.answer(7, value('never-asked-for', 10));
  udp.request(8, 'get a b c\r\n');
  udp.answer(8, value('b', 3000, ''), [1, 0, 2]);
  udp.answer(8, value('a', 10, ''));
  udp.answer(8, 'END\r\n');
  udp.datagram(true, Buffer.from('get no-frame\r\n'));
  // The same ids again: what was open under them is not answered any more.
  udp.request(2, 'set a 0 0 1 noreply\r\nx\r\n');
  udp.request(3, 'get a\r\nget b\r\n');
  udp.answer(3, 'END\r\n');
  udp.answer(3, 'END\r\n');
  udp.request(4, 'get half\r\nset half 0 0 10\r\nfive');
  udp.answer(4, 'END\r\n');
  return pcapFile(udp.packets);
}
