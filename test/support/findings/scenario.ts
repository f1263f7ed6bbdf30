import type { FindingName } from '../../../src/findings/catalog.ts';
import type { Server } from '../recorder/server.ts';
import type { Network } from './network.ts';

/** What a scenario has to play with. */
export interface Stage {
  /** A memcached on the server's host. */
  readonly server: Server;
  readonly network: Network;
  /** False for the twin: the same without what is wrong. */
  readonly isFaulty: boolean;
}

/** How the sample of a finding comes about. */
export interface Scenario {
  /** Arguments of memcached. */
  readonly serverArgs?: readonly string[];
  readonly needsUdp?: boolean;
  /** Makes files that the server needs in a directory of its own; returns further arguments. */
  readonly prepare?: (directory: string, isFaulty: boolean) => Promise<readonly string[]>;
  /** Port of memcached, where something else listens on the usual one. */
  readonly serverPort?: number;
  /** Done before the capture begins. */
  readonly before?: (stage: Stage) => Promise<void>;
  /** Other findings that it may show, and that its twin may. */
  readonly beside?: readonly FindingName[];
  readonly besideTwin?: readonly FindingName[];
  /** What is captured. */
  readonly play: (stage: Stage) => Promise<void>;
}
