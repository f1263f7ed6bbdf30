import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import { Transaction } from '../../protocols/transaction.ts';

/** A connection, and what is told of it, without packets: for tests of those that are told. */
export function connectionInfo(differing: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    id: 1,
    transport: 'tcp',
    family: 4,
    startedMidStream: false,
    openedUs: 0,
    clientPort: 40_000,
    serverPort: 11_211,
    client: '0.0.0.1:40000',
    server: '0.0.0.2:11211',
    ...differing,
  };
}

/** Second 1 of 1970 is that of packet 1, and so on. */
export function arrivalOf(packet: number): Arrival {
  return { timeUs: packet * 1e6, packet, acknowledged: -1 };
}

/** A request without an answer, in packet 1. */
export function request(line: string): Transaction {
  const [command = '', ...keys] = line.split(' ');
  const made = new Transaction('text', command, line);
  made.keys = keys;
  made.startUs = 1e6;
  made.requestUs = 1e6;
  made.linePacket = 1;
  made.packet = 1;
  made.requestBytes = line.length + 2;
  return made;
}

/** As `request`, with an answer in packet 2, 120 µs later. */
export function answered(line: string, differing: Partial<Transaction>): Transaction {
  const answer = { answerUs: 1_000_120, endUs: 1_000_120, answerPacket: 2, responseBytes: 5 };
  return Object.assign(request(line), answer, differing);
}
