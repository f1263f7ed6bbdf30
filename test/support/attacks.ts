import { type Attack, flag, Peer } from './hostile-traffic.ts';

/** Attacks on memory, each as one step that is repeated with a number. */

/** A SYN from somebody else each time. */
export const synFlood: Attack = (writer, step, first) => new Peer(writer, first + step).syn();

/** A connection each time that asks once and never closes. */
export const neverClosed: Attack = (writer, step, first) => {
  const peer = new Peer(writer, first + step);
  peer.handshake();
  peer.asks('get k\r\n');
  peer.answers('END\r\n');
};

/** Segments behind a hole that nobody fills: each connection in turn gets one more. */
export function onlyOutOfOrder(connections: number, payload: number): Attack {
  const bytes = Buffer.alloc(payload, 'x');
  return (writer, step, first) => {
    const round = Math.floor(step / connections);
    writer.tcp(first + (step % connections), true, flag.push | flag.ack, 2000 + round * (payload + 10), 1, bytes);
    if (round === 0) writer.tcp(first + (step % connections), true, flag.ack, 1000, 1);
  };
}

/** Lines that begin with `start` and have no end: each connection in turn gets so many bytes more. */
export function endlessLines(connections: number, start: string, payload: number): Attack {
  const bytes = Buffer.alloc(payload, 'k ');
  return (writer, step, first) => {
    const client = first + (step % connections);
    const round = Math.floor(step / connections);
    const seq = 1000 + round * payload;
    if (round === 0) {
      writer.tcp(client, true, flag.syn, 999, 0);
      writer.tcp(client, true, flag.push | flag.ack, seq, 1, start.padEnd(payload, 'k '));
    } else writer.tcp(client, true, flag.push | flag.ack, seq, 1, bytes);
  };
}

/** Requests in one endless pipeline for each connection, and never an answer. */
export function neverAnswered(connections: number): Attack {
  const requests = 'get key-of-somebody\r\n'.repeat(50);
  return (writer, step, first) => {
    const client = first + (step % connections);
    const seq = 1000 + Math.floor(step / connections) * requests.length;
    if (step < connections) writer.tcp(client, true, flag.syn, 999, 0);
    writer.tcp(client, true, flag.push | flag.ack, seq, 1, requests);
  };
}

/** Answers without end: a value after the other, and no `END`. */
export function endlessAnswers(connections: number): Attack {
  const values = 'VALUE some-key-of-thirty-characters 0 0\r\n\r\n'.repeat(30);
  return (writer, step, first) => {
    const client = first + (step % connections);
    const seq = 1000 + Math.floor(step / connections) * values.length;
    if (step < connections) {
      writer.tcp(client, true, flag.syn, 999, 0);
      writer.tcp(client, false, flag.syn | flag.ack, 999, 1000);
    }
    writer.tcp(client, false, flag.push | flag.ack, seq, 1000, values);
  };
}

/** A UDP request from somebody else each time, and never an answer. */
export const udpFlood: Attack = (writer, step, first) =>
  writer.udp(first + step, true, step & 0xffff, 'get some-key-of-thirty-characters\r\n');

/** Several attacks in turns, each on clients of its own. */
export function mixture(...attacks: readonly Attack[]): Attack {
  return (writer, step, first) => {
    const turn = step % attacks.length;
    attacks[turn]?.(writer, Math.floor(step / attacks.length), first + turn * 0x40_0000);
  };
}
