/** Where something is wrong. */
interface CaptureErrorPlace {
  /** Name of the file or device that the message is about; stands before the message. */
  readonly source?: string;
  /** Number of the packet that could not be read, from 1. */
  readonly packet?: number | undefined;
  /** Offset in bytes of the record that could not be read, in the uncompressed data. */
  readonly offset?: number | undefined;
}

/** A capture that can't be opened, read, written or continued. The message is one sentence for the user. */
export class CaptureError extends Error {
  readonly source: string | undefined;
  readonly packet: number | undefined;
  readonly offset: number | undefined;

  constructor(message: string, { source, packet, offset }: CaptureErrorPlace = {}) {
    super(source === undefined ? message : `${source}: ${message}`);
    this.name = 'CaptureError';
    this.source = source;
    this.packet = packet;
    this.offset = offset;
  }

  /** The same error with the packet that was read, where it does not say that itself. */
  at({ packet, offset }: { readonly packet: number; readonly offset: number }): CaptureError {
    if (this.packet !== undefined || this.offset !== undefined || this.source !== undefined) return this;
    const message = `${this.message}; packet ${packet} at byte offset ${offset} could not be read`;
    return new CaptureError(message, { packet, offset });
  }

  /** The same error with its source's name in front: `old.pcap: packet 3 …`. One that has a name keeps it. */
  in(source: string): CaptureError {
    const { message, packet, offset } = this;
    return this.source === undefined ? new CaptureError(message, { source, packet, offset }) : this;
  }
}
