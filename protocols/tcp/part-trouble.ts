import type { Cause } from '../transaction.ts';
import type { CarriedBytes, Standstill, TcpFacts } from './tcp-facts.ts';

/** The parts of the time that a command takes. */
export const Part = { request: 0, queue: 1, server: 2, transfer: 3 } as const;
export type Part = (typeof Part)[keyof typeof Part];

/**
 * What TCP shows to have held a command up between two times, µs, in one part of its time: a segment of it that was sent
 * again, a receiver that took no more bytes, a sender that waited for a delayed ACK. Undefined where it shows nothing.
 */
export function troubleIn(
  tcp: TcpFacts,
  command: CarriedBytes,
  part: Part,
  fromUs: number,
  toUs: number,
): Extract<Cause, 'retransmission' | 'zero_window' | 'delayed_ack'> | undefined {
  const { retransmitted, zeroWindows, stalls } = tcp;
  // Nothing ever went wrong on most connections.
  if (retransmitted === undefined && zeroWindows === undefined && stalls === undefined) return undefined;
  for (const retransmission of retransmitted ?? []) {
    const { timeUs } = retransmission;
    if (timeUs > fromUs && timeUs <= toUs && tcp.carried(retransmission, command)) return 'retransmission';
  }
  // Of the request the server is the receiver, of all that follows the client.
  const isRequest = part === Part.request;
  if (isIn(zeroWindows, !isRequest, fromUs, toUs)) return 'zero_window';
  if (isIn(stalls, isRequest, fromUs, toUs)) return 'delayed_ack';
  return undefined;
}

function isIn(all: readonly Standstill[] | undefined, fromClient: boolean, fromUs: number, toUs: number): boolean {
  if (all === undefined) return false;
  return all.some((one) => one.fromClient === fromClient && one.fromUs < toUs && (one.toUs < 0 || one.toUs > fromUs));
}
