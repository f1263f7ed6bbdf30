import type { BuiltPacket } from '../../support/capture-file.ts';
import { type Side, TcpConversation } from '../../support/tcp-conversation.ts';
import type { PlacedExchange, SimulatedConnection } from './simulation.ts';
import { tellable } from './tellable.ts';

/** A request with all that is true of it. Packets are positions in the capture of the whole connection, from 0. */
export interface Truth extends PlacedExchange {
  /** Packets with bytes of the request, and of the answer: none where the server stays silent. */
  readonly requestPackets: readonly number[];
  readonly answerPackets: readonly number[];
  /** Of a request that the server could have answered and did not: packets with what it said just before and after. */
  readonly silencePackets: readonly number[];
  /** The packet with the end of its line or, in binary, of its key. */
  readonly linePacket: number;
  /** False where the bytes of the whole connection don't tell how the request went. */
  readonly isTellable: boolean;
}

/** A capture of a whole connection. */
export interface Recording {
  readonly packets: readonly BuiltPacket[];
  /** By packet: whether it holds bytes of a stream. */
  readonly hasData: readonly boolean[];
  readonly truths: readonly Truth[];
}

/** The packets of a connection, from the handshake to the last FIN's acknowledgment. */
export function record({ exchanges, segments }: SimulatedConnection): Recording {
  const streams = {
    client: Buffer.concat(exchanges.map(({ request }) => request)),
    server: Buffer.concat(exchanges.map(({ answer }) => answer)),
  };
  const conversation = new TcpConversation({ stepMicroseconds: 20 });
  const places = { client: new PacketPlaces(), server: new PacketPlaces() };
  conversation.handshake();
  const openUs = conversation.now;
  for (const { side, from, to, acknowledged, timeUs } of segments) {
    conversation.now = openUs + timeUs;
    places[side].add(to, conversation.packets.length);
    const flags = to > from ? 'P.' : '.';
    conversation.segment(side, streams[side].subarray(from, to), { flags, ack: acknowledged + 1 });
  }
  conversation.wait(1000);
  conversation.close();
  const { packets } = conversation;
  const dataPackets = new Set([...places.client.packets, ...places.server.packets]);
  return {
    packets,
    hasData: packets.map((_, index) => dataPackets.has(index)),
    truths: truthsOf(exchanges, places),
  };
}

/** Which packets hold which bytes of a stream. */
class PacketPlaces {
  readonly packets: number[] = [];
  readonly #ends: number[] = [];

  /** The stream's next packet, which ends at offset `end`; one without bytes is left out. */
  add(end: number, packet: number): void {
    if (end === (this.#ends.at(-1) ?? 0)) return;
    this.packets.push(packet);
    this.#ends.push(end);
  }

  /** Packets with bytes of `[from, to)`. */
  of(from: number, to: number): number[] {
    return from === to ? [] : this.packets.slice(this.#indexOf(from), this.#indexOf(to - 1) + 1);
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as number) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function truthsOf(exchanges: readonly PlacedExchange[], places: Readonly<Record<Side, PacketPlaces>>): Truth[] {
  const rounds = new Map<number, PlacedExchange[]>();
  for (const exchange of exchanges) {
    const round = rounds.get(exchange.round);
    if (round === undefined) rounds.set(exchange.round, [exchange]);
    else round.push(exchange);
  }
  return [...rounds.values()].flatMap((round) => {
    const areTellable = tellable(round);
    const firstAnswer = round[0]?.answerStart ?? 0;
    return round.map((exchange, index): Truth => {
      const { request, requestStart, lineLength, answer, answerStart } = exchange;
      const linePackets = places.client.of(requestStart, requestStart + lineLength);
      return {
        ...exchange,
        requestPackets: places.client.of(requestStart, requestStart + request.length),
        answerPackets: places.server.of(answerStart, answerStart + answer.length),
        silencePackets: isSilent(exchange)
          ? places.server.of(Math.max(firstAnswer, answerStart - 1), answerStart + 1)
          : [],
        linePacket: linePackets.at(-1) ?? -1,
        isTellable: areTellable[index] ?? true,
      };
    });
  });
}

function isSilent({ form, possibleForms }: PlacedExchange): boolean {
  return form === undefined && possibleForms.length > 0;
}
