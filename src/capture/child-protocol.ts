/** What the parent tells the `cap` child, as JSON in its first argument. */
export interface CapChildOptions {
  readonly device: string;
  /** pcap-filter(7) expression, compiled by libpcap; empty for every packet. */
  readonly filter: string;
  /** Size of the kernel's buffer in bytes. */
  readonly bufferBytes: number;
  /** Bytes kept of a packet; 0 for as many as possible. */
  readonly snapLength: number;
}

/** Begins the line of standard error on which the child says why it failed; the rest is a `ChildFailure` as JSON. */
export const failureMark = 'mcsniff-capture-failure ';

export interface ChildFailure {
  /** `open`: libpcap's words, which need explaining. `explained`: a sentence for the user. */
  readonly kind: 'open' | 'explained';
  readonly message: string;
}
