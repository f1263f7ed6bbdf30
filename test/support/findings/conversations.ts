import { type BuiltPacket, pcapFile } from '../capture-file.ts';
import { exchange, open } from '../plain-session.ts';
import { TcpConversation } from '../tcp-conversation.ts';

/** Time of the first packet of what is built here, seconds since 1970. */
export const startSeconds = 1_767_323_045;

let port = 40_000;

/** Where and when a conversation is; each has a client's port of its own. */
export interface Place {
  /** The last number of the client's address, 1 unless given. */
  readonly host?: number;
  /** Of the server's. */
  readonly server?: number;
  /** Milliseconds after the first packet of the capture. */
  readonly at?: number;
}

export function conversation({ host = 1, server = 100, at = 0 }: Place = {}): TcpConversation {
  return new TcpConversation(options(host, server, at));
}

/** With its handshake done. */
export function opened({ host = 1, server = 100, at = 0 }: Place = {}): TcpConversation {
  return open(options(host, server, at));
}

function options(host: number, server: number, at: number): ConstructorParameters<typeof TcpConversation>[0] {
  return {
    client: { address: `192.0.2.${host}`, port: ++port },
    server: { address: `192.0.2.${server}`, port: 11211 },
    startMicroseconds: (startSeconds * 1000 + at) * 1000,
  };
}

/** A connection's whole life: each request is answered before the next. */
export function spoken(
  place: Place,
  ...lines: readonly (readonly [request: string, answer: string])[]
): TcpConversation {
  const built = opened(place);
  for (const [request, answer] of lines) exchange(built, request, answer);
  built.close();
  return built;
}

/** Milliseconds pass until `at` after the first packet of the capture. */
export function until(built: TcpConversation, at: number): void {
  built.now = (startSeconds * 1000 + at) * 1000;
}

/** All packets in the order of their times, as a capture file. */
export function captureOf(...all: readonly TcpConversation[]): Buffer {
  const packets: BuiltPacket[] = all.flatMap((one) => one.packets);
  return pcapFile(packets.sort((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds));
}

export function hit(key: string, value = 'v'): string {
  return `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n`;
}
