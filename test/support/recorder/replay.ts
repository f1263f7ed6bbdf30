import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { SessionEvents } from '../../../protocols/protocol.ts';
import type { Transaction } from '../../../protocols/transaction.ts';
import { capturedPacket } from '../captured-packet.ts';
import { throughPipeline } from '../through-pipeline.ts';

/** A transaction with the client that it belongs to. */
export interface Told {
  readonly client: string;
  /** `tcp` or `udp`. */
  readonly transport: string;
  readonly transaction: Transaction;
}

/** Packets of a pcap file as tcpdump writes it here: little-endian, microseconds. */
export function readPackets(file: Buffer): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const bytes = file.subarray(at + 16, at + 16 + length);
    packets.push(
      capturedPacket(bytes, {
        seconds: file.readUInt32LE(at),
        nanoseconds: file.readUInt32LE(at + 4) * 1000,
        originalLength: file.readUInt32LE(at + 12),
        number: packets.length + 1,
      }),
    );
    at += 16 + length;
  }
  return packets;
}

/** What the program tells of the packets, in order; and how many bytes it says are missing. */
export function replay(packets: readonly CapturedPacket[], port: number): { told: Told[]; missing: number } {
  const told: Told[] = [];
  let missing = 0;
  const events: Partial<SessionEvents> = {
    transaction: ({ client, transport }, transaction) => told.push({ client, transport, transaction }),
    gap: (_connection, _fromClient, length) => {
      missing += length;
    },
  };
  throughPipeline(packets, events, { port });
  return { told, missing };
}
