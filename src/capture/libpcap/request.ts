import type { LiveOptions } from '../live-options.ts';

/** What the child of the libpcap engine is to do. */
export interface LibpcapRequest extends LiveOptions {
  /** Print the device's link types (`-L`) instead of capturing. */
  readonly listsLinkTypes?: boolean;
}
