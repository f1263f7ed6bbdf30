import type { LiveOptions } from '../live-options.ts';

/** What the child of the libpcap engine is to do. */
export interface LibpcapRequest extends LiveOptions {
  /** Print the device's link types (`-L`) instead of capturing. */
  readonly listsLinkTypes?: boolean;
  /** Print the filter's code (`-d`) in this form instead of capturing: 1 to read, 2 as C, 3 as numbers. */
  readonly filterCode?: number;
}
