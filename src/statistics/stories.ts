import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ColumnsPool } from './columns.ts';
import { ConnectionStory, type Story } from './connection-story.ts';

/** Called with the story of a connection that has ended, and the time of its first packet, µs since 1970. */
export type TellStory = (connection: ConnectionInfo, story: Story, startUs: number) => void;

/** A connection that both sides have closed. */
interface Ending {
  readonly connection: ConnectionInfo;
  readonly story: ConnectionStory;
  readonly reason: CloseReason;
  readonly timeUs: number;
}

/** The last acknowledgment is not waited for longer than this, µs of packet time, nor of more connections at one time. */
const lastAckUs = 60e6;
const mostEnding = 10_000;

/** Tells the story of each connection when it ends. */
export class Stories implements Listener {
  readonly borrows = true;
  readonly #open = new Map<number, ConnectionStory>();
  readonly #columns = new ColumnsPool();
  readonly #tell: TellStory;
  readonly #isSelective: boolean;
  readonly #waitsForLast: boolean;
  /** Those whose last FIN is not acknowledged yet, in the order of their ends. */
  readonly #ending = new Map<number, Ending>();
  /** Those of which nothing more comes but a finding, in the order in which they ended. */
  readonly #held = new Map<number, Ending>();
  #isUndecided: (connection: number) => boolean = () => false;
  /** Hears of the commands that are to be counted. */
  readonly commands: Listener;

  /**
   * `isSelective`: connections of which `commands` hears nothing are not told. `waitsForLast`: those that both sides have
   * closed are told when the last FIN is acknowledged; the others of these at `finish`.
   */
  constructor(tell: TellStory, isSelective: boolean, waitsForLast = false) {
    this.#tell = tell;
    this.#waitsForLast = waitsForLast;
    this.#isSelective = isSelective;
    this.commands = {
      borrows: true,
      transaction: (connection: ConnectionInfo, transaction: Transaction): void =>
        this.#open.get(connection.id)?.add(transaction),
    };
  }

  connectionOpen(connection: ConnectionInfo, { timeUs }: Arrival): void {
    this.#open.set(connection.id, new ConnectionStory(connection, timeUs, this.#columns.take()));
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#open.get(connection.id)?.see(request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#open.get(connection.id)?.finish(transaction);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    if (bytes.kind === 'missing') this.#open.get(connection.id)?.miss(bytes.length, bytes.fromClient);
  }

  /** `isUndecided`: whether a finding on a connection, by its number, is told only after its end; its story waits for it. */
  awaitFindings(isUndecided: (connection: number) => boolean): void {
    this.#isUndecided = isUndecided;
  }

  /** On this connection, before it is told to have ended, or while its story waits. */
  found({ id }: ConnectionInfo, name: string): void {
    const held = this.#held.get(id);
    const story = this.#open.get(id) ?? this.#ending.get(id)?.story ?? held?.story;
    story?.find(name);
    if (held !== undefined) this.#release();
  }

  segment({ id }: ConnectionInfo, { kind }: SegmentFact): void {
    const ending = kind === 'last_ack' ? this.#ending.get(id) : undefined;
    if (ending !== undefined) this.#hold(ending);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs }: Arrival): void {
    const story = this.#open.get(connection.id);
    this.#open.delete(connection.id);
    this.#tellOverdue(timeUs);
    if (story === undefined) return;
    if (this.#isSelective && story.commands === 0) {
      this.#columns.giveBack(story.columns);
      return;
    }
    const ending = { connection, story, reason, timeUs };
    if (this.#waitsForLast && reason === 'fin' && connection.tcp !== undefined) this.#ending.set(connection.id, ending);
    else this.#hold(ending);
  }

  /** Nothing more comes. */
  finish(): void {
    this.#isUndecided = () => false;
    this.#tellOverdue(Number.POSITIVE_INFINITY);
    this.#release();
  }

  #tellOverdue(timeUs: number): void {
    for (const ending of this.#ending.values()) {
      if (timeUs - ending.timeUs < lastAckUs && this.#ending.size <= mostEnding) return;
      this.#hold(ending);
    }
  }

  /** Of its packets nothing more comes. */
  #hold(ending: Ending): void {
    this.#ending.delete(ending.connection.id);
    this.#held.set(ending.connection.id, ending);
    this.#release();
  }

  /** Tells those that wait for nothing, or for a finding that nobody was told of. */
  #release(): void {
    for (const [id, { connection, story, reason }] of this.#held) {
      if (this.#isUndecided(id)) continue;
      this.#held.delete(id);
      const { startUs, columns } = story;
      const told = story.end(reason);
      this.#columns.giveBack(columns);
      this.#tell(connection, told, startUs);
    }
  }
}
