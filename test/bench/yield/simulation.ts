import type { Random } from '../../support/random.ts';
import type { Side } from '../../support/tcp-conversation.ts';
import type { Conversation, Exchange, Round } from './exchange.ts';
import { Network, type SentSegment } from './network.ts';
import { Timeline } from './timeline.ts';

/** How a client goes about its requests. */
export interface Pace {
  /** Rounds under way at once: for each that is answered the next one is sent. */
  readonly depth: number;
  /** Between an answer, or a request that gets none, and the next request: least and most, µs. */
  readonly thinkUs: readonly [number, number];
  /** How often what could be written at once goes out in segments of its own, 0 to 1. */
  readonly apart: number;
}

/** An exchange with its places in the two streams: offsets from the connection's first bytes. */
export interface PlacedExchange extends Exchange {
  /** Number of its round, from 0. */
  readonly round: number;
  readonly requestStart: number;
  readonly answerStart: number;
}

export interface SimulatedConnection {
  readonly exchanges: readonly PlacedExchange[];
  /** In the order of the capture. */
  readonly segments: readonly SentSegment[];
}

/** memcached reads so many requests of a connection before it looks after another one (-R). */
const requestsPerEvent = 20;
const serviceUs = [8, 60] as const;
const networkUs = [20, 120] as const;
/** Of 1,000 wakes of the server so many come late, by up to so much. */
const lateWakes = 5;
const lateUs = 3000;

/** Lets a client and a server talk until the client has sent `requests` requests, and heard the last answer. */
export function simulate(
  conversation: Conversation,
  pace: Pace,
  requests: number,
  random: Random,
): SimulatedConnection {
  const timeline = new Timeline();
  const captureSide: Side = random.pick(['client', 'server']);
  const network = new Network(timeline, random.between(...networkUs), captureSide);
  const exchanges: PlacedExchange[] = [];
  const server = new SimulatedServer(timeline, network, exchanges, random);
  const client = new SimulatedClient({ timeline, network, conversation, pace, requests, random }, exchanges);
  network.listen('server', () => server.arrived());
  network.listen('client', (received) => client.arrived(received));
  client.start();
  timeline.run();
  return { exchanges, segments: network.segments };
}

interface ClientOptions {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly conversation: Conversation;
  readonly pace: Pace;
  readonly requests: number;
  readonly random: Random;
}

/** Sends rounds, `depth` of them under way. */
class SimulatedClient {
  readonly #options: ClientOptions;
  readonly #exchanges: PlacedExchange[];
  /** Ends of the answers to rounds under way, in the server's stream. */
  readonly #awaited: number[] = [];
  #rounds = 0;
  #requestEnd = 0;
  #answerEnd = 0;
  #isAtEnd = false;

  constructor(options: ClientOptions, exchanges: PlacedExchange[]) {
    this.#options = options;
    this.#exchanges = exchanges;
  }

  start(): void {
    this.#send(this.#options.pace.depth);
  }

  arrived(received: number): void {
    let answered = 0;
    while ((this.#awaited[0] ?? Number.POSITIVE_INFINITY) <= received) {
      this.#awaited.shift();
      answered++;
    }
    if (answered > 0) this.#sendLater(answered);
  }

  #sendLater(rounds: number): void {
    const { timeline, pace, random } = this.#options;
    timeline.after(random.between(...pace.thinkUs), () => this.#send(rounds));
  }

  #send(rounds: number): void {
    const { network, pace, random } = this.#options;
    let together = 0;
    let unawaited = 0;
    const write = (): void => {
      network.write('client', together);
      together = 0;
    };
    for (let sent = 0; sent < rounds && !this.#isAtEnd; sent++) {
      const isApart = random.chance(pace.apart);
      const round = this.#next();
      for (const { request } of round) {
        together += request.length;
        if (isApart) write();
      }
      if (round.every(({ answer }) => answer.length === 0)) unawaited++;
      else this.#awaited.push(this.#answerEnd);
    }
    write();
    if (unawaited > 0) this.#sendLater(unawaited);
  }

  #next(): Round {
    const { conversation, requests } = this.#options;
    this.#isAtEnd = this.#exchanges.length + 1 >= requests;
    const round = conversation.round(this.#rounds === 0 || this.#isAtEnd);
    for (const exchange of round) {
      const { request, answer } = exchange;
      const places = { round: this.#rounds, requestStart: this.#requestEnd, answerStart: this.#answerEnd };
      this.#exchanges.push({ ...exchange, ...places });
      this.#requestEnd += request.length;
      this.#answerEnd += answer.length;
    }
    this.#rounds++;
    return round;
  }
}

/** Answers what has arrived whole, in order. */
class SimulatedServer {
  readonly #timeline: Timeline;
  readonly #network: Network;
  readonly #exchanges: readonly PlacedExchange[];
  readonly #random: Random;
  #done = 0;
  #isAwake = false;

  constructor(timeline: Timeline, network: Network, exchanges: readonly PlacedExchange[], random: Random) {
    this.#timeline = timeline;
    this.#network = network;
    this.#exchanges = exchanges;
    this.#random = random;
  }

  arrived(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    const isLate = this.#random.below(1000) < lateWakes;
    const delay = this.#random.between(...serviceUs) + (isLate ? this.#random.below(lateUs) : 0);
    this.#timeline.after(delay, () => this.#wake());
  }

  #wake(): void {
    this.#isAwake = false;
    const last = this.#done + requestsPerEvent;
    let together = 0;
    while (this.#done < last && this.#hasNext()) together += this.#exchanges[this.#done++]?.answer.length ?? 0;
    this.#network.write('server', together);
    if (this.#hasNext()) this.arrived();
  }

  #hasNext(): boolean {
    const next = this.#exchanges[this.#done];
    return next !== undefined && next.requestStart + next.request.length <= this.#network.received('server');
  }
}
