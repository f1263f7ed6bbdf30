/** How to capture live. The child of the engine gets it as JSON in its first argument. */
export interface LiveOptions {
  readonly device: string;
  /** pcap-filter(7) expression, compiled by libpcap; empty for every packet. */
  readonly filter: string;
  /** Bytes kept of a packet; 0 for as many as possible. */
  readonly snapLength: number;
  /** Size of the kernel's buffer; absent for the engine's default. */
  readonly bufferKibibytes?: number | undefined;
  readonly promiscuous: boolean;
  /** Name of the link type (`-y`); absent for the device's own. */
  readonly linkType?: string | undefined;
  /** Which packets of the device (`-Q`); absent for all. */
  readonly direction?: Direction | undefined;
  /** Whom a child of root's becomes once the device is open; absent where it stays who it is. */
  readonly account?: Account | undefined;
}

export const directions = ['in', 'out', 'inout'] as const;
export type Direction = (typeof directions)[number];

/** An account of the system, as numbers that the kernel knows. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}
