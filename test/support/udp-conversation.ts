import { at, type BuiltPacket } from './capture-file.ts';
import { ethernet, IpProtocol, ipv4, udp } from './headers.ts';

/** Bytes behind the frame header in each datagram of an answer but the last, as the server cuts it. */
export const fullPayload = 1392;

/** The frame header before the commands or a part of an answer. */
export function frame(requestId: number, sequence: number, total: number, payload: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(requestId, 0);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt16BE(total, 4);
  return Buffer.concat([header, typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload]);
}

/** One message of the server's as the datagrams that it sends. */
export function answerFrames(requestId: number, text: string): Buffer[] {
  const total = Math.max(1, Math.ceil(text.length / fullPayload));
  return Array.from({ length: total }, (_, sequence) =>
    frame(requestId, sequence, total, text.slice(sequence * fullPayload, (sequence + 1) * fullPayload)),
  );
}

/** Datagrams between a client and a memcached, as packets of a capture. */
export class UdpConversation {
  readonly packets: BuiltPacket[] = [];
  #now = 1_767_323_045_000_000;
  #identification = 1;
  readonly #client = { address: '192.0.2.1', port: 40001 };
  readonly #server = { address: '192.0.2.2', port: 11211 };

  request(requestId: number, commands: string | Buffer): void {
    this.datagram(true, frame(requestId, 0, 1, commands));
  }

  /** One message of the server's; `order` are the datagrams that are captured, by number. */
  answer(requestId: number, text: string, order?: readonly number[]): void {
    const frames = answerFrames(requestId, text);
    for (const sequence of order ?? frames.keys()) this.datagram(false, frames[sequence] as Buffer);
  }

  /** Any payload at all. */
  datagram(fromClient: boolean, payload: Buffer): void {
    const source = fromClient ? this.#client : this.#server;
    const destination = fromClient ? this.#server : this.#client;
    const datagram = ipv4(udp(payload, { source, destination }), {
      source: source.address,
      destination: destination.address,
      protocol: IpProtocol.udp,
      id: this.#identification++,
    });
    const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
    const bytes = ethernet(datagram, { source: macs[fromClient ? 0 : 1], destination: macs[fromClient ? 1 : 0] });
    this.#push(bytes);
  }

  /** The last datagram once more, as a network doubles it. */
  doubled(): void {
    this.#push((this.packets.at(-1) as BuiltPacket).bytes);
  }

  #push(bytes: Buffer): void {
    this.packets.push({ bytes, ...at(this.#now) });
    this.#now += 100;
  }

  wait(microseconds: number): void {
    this.#now += microseconds;
  }
}
