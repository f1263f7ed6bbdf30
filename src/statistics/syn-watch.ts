import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { TcpFacts } from '../../protocols/tcp/tcp-facts.ts';

/** A SYN may be answered late. Whoever tries again waits twice as long as before; some round up. */
export const leastSilenceUs = 10e6;
const slackUs = 4e6;

/** Watches connections whose SYN has had no answer yet, until it is certain that it never had one. */
export class SynWatch {
  readonly #waiting = new Map<number, ConnectionInfo>();
  /** Before this time nothing is to be found out of the first one. */
  #nextUs = 0;
  readonly #certain: (connection: ConnectionInfo) => void;

  /** `certain` is called once for each connection that was never answered. */
  constructor(certain: (connection: ConnectionInfo) => void) {
    this.#certain = certain;
  }

  open(connection: ConnectionInfo): void {
    if (connection.transport !== 'tcp' || connection.startedMidStream) return;
    this.#waiting.set(connection.id, connection);
  }

  /** Packet time goes on; they were opened in the order of time. */
  passTime(nowUs: number): void {
    if (this.#waiting.size === 0 || nowUs < this.#nextUs) return;
    for (const connection of this.#waiting.values()) {
      if (!isOver(connection, nowUs) || !this.#judge(connection, nowUs)) {
        const { tcp } = connection;
        this.#nextUs = tcp === undefined ? 0 : dueUsOf(tcp);
        return;
      }
    }
    this.#nextUs = 0;
  }

  /** Before this time no connection is certain never to be answered; µs since 1970. */
  get dueUs(): number {
    for (const { tcp } of this.#waiting.values()) return tcp === undefined ? 0 : dueUsOf(tcp);
    return Number.POSITIVE_INFINITY;
  }

  close(connection: ConnectionInfo, nowUs: number): void {
    if (!this.#waiting.has(connection.id)) return;
    this.#judge(connection, nowUs);
    this.#waiting.delete(connection.id);
    this.#nextUs = 0;
  }

  /** Whether it is known what became of the SYN; then it is watched no more. */
  #judge(connection: ConnectionInfo, nowUs: number): boolean {
    const { tcp } = connection;
    const isAnswered = tcp === undefined || tcp.server.segments > 0 || tcp.clientAcknowledges;
    const isNever = !isAnswered && tcp.isNeverAnswered(nowUs);
    if (!isAnswered && !isNever) return false;
    this.#waiting.delete(connection.id);
    if (isNever) this.#certain(connection);
    return true;
  }
}

/** Whether it was answered, or the client has stopped trying: before that a further SYN may have an answer. */
function isOver({ tcp }: ConnectionInfo, nowUs: number): boolean {
  if (tcp === undefined || tcp.server.segments > 0 || tcp.clientAcknowledges) return true;
  return nowUs >= dueUsOf(tcp);
}

function dueUsOf({ synUs, firstSynUs }: TcpFacts): number {
  return synUs + Math.max(leastSilenceUs, 2 * (synUs - firstSynUs) + slackUs);
}
