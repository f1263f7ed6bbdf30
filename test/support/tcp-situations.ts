/** Captures of what may happen to a TCP connection, one function each; samples/README.md says what they show. */
import { pcapFile } from './capture-file.ts';
import { capture, exchange, open, plainSession } from './plain-session.ts';
import { TcpConversation } from './tcp-conversation.ts';

export function missingSyn(): Buffer {
  const conversation = plainSession();
  conversation.packets.splice(0, 3);
  return capture(conversation);
}

export function reorderedHandshake(): Buffer {
  const conversation = new TcpConversation();
  const [syn] = conversation.syn('client');
  const [synAck] = conversation.syn('server');
  const [ack] = conversation.ack('client');
  const [request] = conversation.client('get user:1\r\n');
  if (syn && synAck) conversation.swap(syn, synAck);
  if (ack && request) conversation.swap(ack, request);
  conversation.server('END\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function retransmittedFin(): Buffer {
  const conversation = open();
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  const [fin] = conversation.fin('client');
  conversation.wait(200_000);
  if (fin) conversation.repeat(fin);
  const [answer] = conversation.fin('server');
  conversation.wait(200_000);
  if (answer) conversation.repeat(answer);
  conversation.ack('client');
  return capture(conversation);
}

export function oneSided(side: 'client' | 'server'): Buffer {
  const conversation = plainSession();
  const port = side === 'client' ? 40001 : 11211;
  const seen = conversation.packets.filter((packet) => packet.bytes.readUInt16BE(34) === port);
  return pcapFile(seen);
}

export function dataOnSyn(): Buffer {
  const conversation = new TcpConversation();
  conversation.syn('client', 'get user:1\r\n');
  conversation.syn('server');
  conversation.ack('client');
  conversation.server('END\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function fastOpen(): Buffer {
  const cookie = Buffer.from('d2b5a0f16c3e4987', 'hex');
  const conversation = new TcpConversation();
  conversation.syn('client', 'get user:1\r\n', [{ kind: 'tfo', cookie }]);
  conversation.syn('server');
  conversation.server('END\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function resetWithData(): Buffer {
  const conversation = open();
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  conversation.client('get user:2\r\n');
  // RFC 9293 §3.5.3: a RST may carry text that says why; it is no part of the stream.
  conversation.reset('server', 'get out of here\r\n');
  return capture(conversation);
}

export function resetBeforeAnswer(): Buffer {
  const conversation = open();
  conversation.client('get user:1\r\nget user:2\r\nget user:3\r\n');
  conversation.server('END\r\n');
  conversation.reset('client');
  return capture(conversation);
}

export function keepAlive(): Buffer {
  const conversation = open();
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  for (const data of ['', '\0']) {
    conversation.wait(60_000_000);
    // The probe's sequence number is that of the last byte sent, RFC 9293 §3.8.4: here of a request's line feed.
    conversation.segment('client', data, { flags: '.', seq: 12 });
    conversation.ack('server');
  }
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  conversation.close();
  return capture(conversation);
}

export function portReuse(): Buffer {
  const first = plainSession();
  const startMicroseconds = first.now + 1_000_000;
  const second = plainSession({ startMicroseconds, clientIsn: 3_000_000_000, serverIsn: 4_000_000_000 });
  // The third one comes before the second was closed, from a client that had crashed.
  second.packets.splice(-3);
  const third = plainSession({ startMicroseconds: second.now + 1_000_000, clientIsn: 77, serverIsn: 1_234_567 });
  return pcapFile([...first.packets, ...second.packets, ...third.packets]);
}

export function truncatedHeader(): Buffer {
  const conversation = plainSession();
  // In turn inside the TCP options, the TCP header, the IP header and the Ethernet header.
  for (const [index, length] of [60, 46, 30, 10].entries()) {
    const packet = conversation.packets[4 + index];
    if (packet) conversation.truncate(packet, length);
  }
  return capture(conversation);
}

export function halfClose(): Buffer {
  const conversation = open();
  conversation.client('get user:1\r\nget user:2\r\n');
  conversation.fin('client');
  conversation.ack('server');
  conversation.server('VALUE user:1 0 5\r\nalice\r\nEND\r\n');
  conversation.ack('client');
  conversation.wait(50_000);
  conversation.server('END\r\n');
  conversation.fin('server');
  conversation.ack('client');
  return capture(conversation);
}

export function gapInValue(): Buffer {
  const conversation = open({ segmentSize: 100 });
  const value = 'v'.repeat(600);
  const sent = conversation.client(`set user:1 0 0 600\r\n${value}\r\n`);
  conversation.server('STORED\r\n');
  conversation.ack('client');
  conversation.client('get user:1\r\n');
  const answered = conversation.server(`VALUE user:1 0 600\r\n${value}\r\nEND\r\n`);
  conversation.ack('client');
  conversation.close();
  conversation.drop(...sent.slice(2, 4), ...answered.slice(3, 4));
  return capture(conversation);
}

export function gapElsewhere(): Buffer {
  const conversation = open();
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  const start = conversation.packets.length;
  exchange(conversation, 'get user:2\r\n', 'VALUE user:2 0 3\r\nbob\r\nEND\r\n');
  exchange(conversation, 'delete user:2\r\n', 'DELETED\r\n');
  conversation.packets.splice(start, 6);
  exchange(conversation, 'get user:3\r\n', 'END\r\n');
  // Only the request is lost here, then only an answer.
  const [request] = conversation.client('get user:4\r\n');
  conversation.server('END\r\n');
  conversation.ack('client');
  exchange(conversation, 'get user:5\r\n', 'END\r\n');
  conversation.client('get user:6\r\n');
  const [answer] = conversation.server('END\r\n');
  conversation.ack('client');
  exchange(conversation, 'get user:7\r\n', 'END\r\n');
  conversation.close();
  if (request && answer) conversation.drop(request, answer);
  return capture(conversation);
}

export function snapLengthCut(): Buffer {
  const conversation = open();
  exchange(conversation, 'get user:1\r\n', `VALUE user:1 0 300\r\n${'v'.repeat(300)}\r\nEND\r\n`);
  exchange(conversation, 'delete user:1\r\n', 'DELETED\r\n');
  exchange(conversation, 'get a-key-that-is-longer-than-the-snapshot\r\n', 'END\r\n');
  exchange(conversation, 'get user:1\r\n', 'END\r\n');
  conversation.close();
  return capture(conversation, { snapLength: 96 });
}

export function overlapConflict(): Buffer {
  const conversation = open();
  conversation.client('get user:1\r\n');
  // Sent again with other bytes; what arrived first is what the server has read.
  conversation.client('get evil:9\r\nget user:2\r\n', { seq: 1 });
  conversation.client('get user:2\r\n');
  conversation.server('END\r\nEND\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function outOfOrder(): Buffer {
  const conversation = open();
  const request = 'set user:1 0 0 5\r\nalice\r\nget user:1\r\n';
  const [first, second, third] = conversation.client(request, { splitAt: [10, 25] });
  conversation.server('STORED\r\nVALUE user:1 0 5\r\nalice\r\nEND\r\n');
  conversation.ack('client');
  conversation.close();
  if (first && second && third) conversation.swap(first, third);
  return capture(conversation);
}

export function retransmission(): Buffer {
  const conversation = open();
  const [request] = conversation.client('set user:1 0 0 5\r\nalice\r\n');
  conversation.wait(200_000);
  if (request) conversation.repeat(request);
  const [answer] = conversation.server('STORED\r\n');
  conversation.wait(200_000);
  if (answer) conversation.repeat(answer);
  conversation.ack('client');
  conversation.client('get user:1\r\n');
  // Part of it again, together with what follows.
  conversation.client('user:1\r\nget user:2\r\n', { seq: 30 });
  conversation.client('get user:2\r\n');
  conversation.server('VALUE user:1 0 5\r\nalice\r\nEND\r\nEND\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}
