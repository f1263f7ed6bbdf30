import { type CapturedPacket, LinkType } from '../../../protocols/packet.ts';
import { capturedPacket } from '../captured-packet.ts';
import { TcpConversation } from '../tcp-conversation.ts';
import type { Exchange, ExpectedCommand, Reaction, Surprise } from './exchange.ts';

/** A connection with a surprise among ordinary exchanges, and what is true of it. */
export interface Stream {
  readonly packets: readonly CapturedPacket[];
  readonly ordinary: readonly SentCommand[];
  readonly surprise: Surprise;
  readonly reaction: Reaction;
  /** Number of the packet with the surprising request. */
  readonly packet: number;
  /** Other requests and answers are in the same packets. */
  readonly isBatched: boolean;
  /** Numbers of the packets that bring its answers, one each; none where others are in them. */
  readonly answerPackets: readonly number[];
}

type Batch = readonly Exchange[];

export interface SentCommand extends ExpectedCommand {
  /** Number of the packet with the request. */
  readonly packet: number;
  /** Microseconds. */
  readonly latencyUs: number;
}

/** How long a client waits for an answer that does not come, in microseconds. */
const patience = 300_000;
/** When Linux acknowledges at the latest what it has nothing to answer to, in microseconds. */
const delayedAck = 40_000;

/** A client that sends each request when the one before is answered. */
export function lockStepStream(
  before: readonly Exchange[],
  surprise: Surprise,
  reaction: Reaction,
  after: readonly Exchange[],
): Stream {
  const stream = new StreamWriter();
  for (const exchange of before) stream.exchange([exchange]);
  const packet = stream.send(surprise.request);
  const answerPackets = answersOf(surprise, reaction).map((answer) => stream.answer(answer));
  if (reaction === 'silent') stream.waitInVain();
  for (const exchange of after) stream.exchange([exchange]);
  return { ...stream.end(), surprise, reaction, packet, isBatched: false, answerPackets };
}

/**
 * A client that writes several requests at once, and the next ones when all are answered that the server answers. The
 * surprise is one of a batch, with `place` requests in front of it.
 */
export function batchStream(
  before: readonly Batch[],
  among: Batch,
  place: number,
  surprise: Surprise,
  reaction: Reaction,
  after: readonly Batch[],
): Stream {
  const stream = new StreamWriter();
  for (const batch of before) stream.exchange(batch);
  const answer = Buffer.concat(answersOf(surprise, reaction));
  const packet = stream.exchange([...among.slice(0, place), { ...surprise, answer }, ...among.slice(place)]);
  if (reaction === 'silent') stream.waitInVain();
  for (const batch of after) stream.exchange(batch);
  return { ...stream.end(), surprise, reaction, packet, isBatched: true, answerPackets: [] };
}

function answersOf({ answer }: Surprise, reaction: Reaction): Buffer[] {
  return { silent: [], answered: [answer], twice: [answer, answer] }[reaction];
}

/** Writes the packets of one connection, and down what each request has to be told as. */
class StreamWriter {
  readonly #conversation = new TcpConversation({ timestamps: false, link: 'raw' });
  readonly #ordinary: SentCommand[] = [];

  constructor() {
    this.#conversation.handshake();
  }

  /** Requests in one packet, answers in the next. Returns the number of the first. */
  exchange(batch: readonly (Exchange | Surprise)[]): number {
    const packet = this.send(Buffer.concat(batch.map(({ request }) => request)));
    const sentUs = this.#lastUs;
    const answers = Buffer.concat(batch.map(({ answer }) => answer));
    if (answers.length > 0) this.answer(answers);
    const latencyUs = this.#lastUs - sentUs;
    for (const exchange of batch) {
      if ('expected' in exchange) this.#ordinary.push({ ...exchange.expected, packet, latencyUs });
    }
    return packet;
  }

  /** Returns the number of the packet. */
  send(request: Buffer): number {
    this.#conversation.client(request);
    return this.#conversation.packets.length;
  }

  /** Returns the number of the packet. */
  answer(bytes: Buffer): number {
    this.#conversation.server(bytes);
    return this.#conversation.packets.length;
  }

  waitInVain(): void {
    this.#conversation.wait(delayedAck);
    this.#conversation.ack('server');
    this.#conversation.wait(patience - delayedAck);
  }

  end(): Pick<Stream, 'packets' | 'ordinary'> {
    this.#conversation.close();
    const packets = this.#conversation.packets.map(({ bytes, seconds, nanoseconds }, index) =>
      capturedPacket(bytes, { seconds, nanoseconds, number: index + 1, linkType: LinkType.raw }),
    );
    return { packets, ordinary: this.#ordinary };
  }

  /** Time of the last packet, microseconds since 1970. */
  get #lastUs(): number {
    const last = this.#conversation.packets.at(-1);
    return last === undefined ? 0 : last.seconds * 1e6 + Math.round(last.nanoseconds / 1000);
  }
}
