import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { FindingName, Severity } from './catalog.ts';

/** A finding names at most so many packets. */
export const mostPackets = 8;

export type Scope = 'connection' | 'pair' | 'server';

/** A named diagnosis with its evidence. */
export interface Finding {
  readonly finding: FindingName;
  readonly severity: Severity;
  /** Time of the packet that proves it, µs since 1970. */
  readonly timeUs: number;
  /** What it is about: equal findings about the same are one entry of a summary. */
  readonly about: string;
  /** The connection on which it was seen; undefined where it was seen on several. */
  readonly connection: ConnectionInfo | undefined;
  /** Whether it is about that connection, or about its client (whatever port) and server, or its server alone. */
  readonly scope: Scope;
  /** The command that it is about, where it was certain before anything else was told of the end of that. */
  readonly request: Transaction | undefined;
  /** Fields of its record, beside those of the connection; text as it is shown. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  readonly command: string | undefined;
  readonly key: string | undefined;
  readonly cause: string | undefined;
  readonly reconnected: true | undefined;
  /** Numbers of the packets that prove it, `mostPackets` of them at most. */
  readonly packets: readonly number[];
  /** How often it was seen. */
  readonly count: number;
  /** It only adds to what an earlier one has said: summaries count it, and nobody tells it. */
  readonly isCounted: boolean;
  /** One sentence: what was seen, with its numbers. */
  readonly text: string;
  /** One sentence: what to do. */
  readonly advice: string;
  /**
   * Of all findings about the same until now, together, where the detector adds up: takes the place of the first
   * evidence in summaries.
   */
  readonly total:
    | { readonly severity: Severity; readonly text: string; readonly packets: readonly number[] }
    | undefined;
}

/** A finding as its detector tells it: what is left out is made from the rest. `key` as it came from the wire. */
export interface Evidence
  extends Partial<Pick<Finding, 'severity' | 'about' | 'cause' | 'reconnected' | 'count' | 'isCounted'>> {
  readonly finding: FindingName;
  readonly timeUs: number;
  readonly connection?: ConnectionInfo;
  /** The default is that connection, where there is one. */
  readonly scope?: Scope;
  /** Gives `command` and `key`, too. */
  readonly request?: Transaction;
  /** As `request`, of a command all of which was told before, or whose end may be told long after. */
  readonly ofCommand?: Pick<Transaction, 'command' | 'keys'>;
  readonly key?: string;
  readonly client?: string;
  readonly server?: string;
  /** Zeros and doubles are left out, and what is more than may be named. */
  readonly packets: readonly number[];
  readonly text: string;
  readonly advice?: string;
  readonly total?: Finding['total'];
}

/** Who is talking to whom, whatever ports the client has. */
export function pairName({ client, server }: ConnectionInfo): string {
  return `${addressOf(client)} ${server}`;
}

/** Numbers of packets as a finding names them: in their order, each once. */
export function namedPackets(packets: readonly number[]): number[] {
  return [...new Set(packets.filter((packet) => packet > 0))].sort((one, other) => one - other).slice(0, mostPackets);
}
