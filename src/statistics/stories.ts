import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ConnectionStory, type Story } from './connection-story.ts';

/** Called with the story of a connection that has ended, and the time of its first packet, µs since 1970. */
export type TellStory = (connection: ConnectionInfo, story: Story, startUs: number) => void;

/** Tells the story of each connection when it ends. */
export class Stories implements Listener {
  readonly #open = new Map<number, ConnectionStory>();
  readonly #tell: TellStory;
  readonly #isSelective: boolean;
  /** Those that have ended and wait for a finding, in the order in which they ended. */
  readonly #held = new Map<
    number,
    { readonly connection: ConnectionInfo; readonly story: Story; readonly startUs: number }
  >();
  #isUndecided: (connection: number) => boolean = () => false;
  /** Hears of the commands that are to be counted. */
  readonly commands: Listener;

  /** `isSelective`: connections of which `commands` hears nothing are not told. */
  constructor(tell: TellStory, isSelective: boolean) {
    this.#tell = tell;
    this.#isSelective = isSelective;
    this.commands = {
      transaction: (connection: ConnectionInfo, transaction: Transaction): void =>
        this.#open.get(connection.id)?.add(transaction),
    };
  }

  connectionOpen(connection: ConnectionInfo, { timeUs }: Arrival): void {
    this.#open.set(connection.id, new ConnectionStory(connection, timeUs));
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
    this.#open.get(id)?.find(name);
    const held = this.#held.get(id);
    if (held === undefined) return;
    const { story } = held;
    const names = new Set([...story.findingNames, name]);
    this.#held.set(id, { ...held, story: { ...story, findingNames: [...names] } });
    this.#release();
  }

  /** Nothing more comes. */
  finish(): void {
    this.#isUndecided = () => false;
    this.#release();
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  connectionClose(connection: ConnectionInfo, reason: CloseReason): void {
    const story = this.#open.get(connection.id);
    this.#open.delete(connection.id);
    if (story === undefined || (this.#isSelective && story.commands === 0)) return;
    this.#held.set(connection.id, { connection, story: story.end(reason), startUs: story.startUs });
    this.#release();
  }

  /** Tells those that wait for nothing, or for a finding that nobody was told of. */
  #release(): void {
    for (const [id, { connection, story, startUs }] of this.#held) {
      if (this.#isUndecided(id)) continue;
      this.#held.delete(id);
      this.#tell(connection, story, startUs);
    }
  }
}
