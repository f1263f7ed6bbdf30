import { readFileSync, writeFileSync } from 'node:fs';
import type { Random } from '../random.ts';
import { clientOf } from './client-packets.ts';

const fileHeader = 24;
const recordHeader = 16;

/** Connections that begin late are missing so many of their first packets at most, the handshake's three among them. */
const mostMissing = 12;

/**
 * Writes a capture without some of its packets: of half the connections the first ones, and `share` of the server's
 * behind them. What a client sends is missing nowhere else, so that a request is told with its packet or not at all.
 * Returns the original number of each packet that is left, from 1; that of packet 0 is 0.
 */
export function writeLossy(from: string, to: string, serverPort: number, share: number, random: Random): number[] {
  const whole = readFileSync(from);
  const kept: Buffer[] = [whole.subarray(0, fileHeader)];
  const numbers = [0];
  const missing = new Map<string, number>();
  let number = 0;
  for (let at = fileHeader; at + recordHeader <= whole.length; ) {
    const end = at + recordHeader + whole.readUInt32LE(at + 8);
    const packet = whole.subarray(at, end);
    at = end;
    number++;
    const { client, isFromClient } = clientOf(packet.subarray(recordHeader), serverPort);
    const left = missing.get(client) ?? (random.chance(0.5) ? random.between(1, mostMissing) : 0);
    missing.set(client, Math.max(0, left - 1));
    if (left > 0 || (!isFromClient && random.chance(share))) continue;
    kept.push(packet);
    numbers.push(number);
  }
  writeFileSync(to, Buffer.concat(kept));
  return numbers;
}
