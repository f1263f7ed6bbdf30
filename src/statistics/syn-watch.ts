import type { ConnectionInfo } from '../../protocols/protocol.ts';

/** Watches connections whose SYN has had no answer yet, until it is certain that it never had one. */
export class SynWatch {
  readonly #waiting = new Map<number, ConnectionInfo>();
  readonly #certain: (connection: ConnectionInfo) => void;

  /** `certain` is called once for each connection that was never answered. */
  constructor(certain: (connection: ConnectionInfo) => void) {
    this.#certain = certain;
  }

  open(connection: ConnectionInfo): void {
    if (connection.tcp !== undefined && !connection.startedMidStream) this.#waiting.set(connection.id, connection);
  }

  /** Packet time goes on; they were opened in the order of time. */
  passTime(nowUs: number): void {
    for (const connection of this.#waiting.values()) if (!this.#judge(connection, nowUs)) return;
  }

  close(connection: ConnectionInfo, nowUs: number): void {
    if (!this.#waiting.has(connection.id)) return;
    this.#judge(connection, nowUs);
    this.#waiting.delete(connection.id);
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
