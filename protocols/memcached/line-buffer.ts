/** The start of a line whose end has not come yet, copied because the packet that brought it is only borrowed. */
export class LineBuffer {
  bytes: Buffer = empty;
  length = 0;

  append(source: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(256, needed * 2));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }

  /** Frees what a long line took; a connection that idles holds nothing. */
  clear(): void {
    this.bytes = empty;
    this.length = 0;
  }
}

const empty = Buffer.alloc(0);
