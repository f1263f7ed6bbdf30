import { leastSegment } from '../short-hole.ts';

/**
 * Segments in a row, each of whole requests that ask for no answer, and none as long as TCP makes them where more is
 * written at once: no value is cut so, whatever is in it.
 */
const provingSegments = 3;

/** What is known of the client's stream since bytes of it were lost, or could not be read. */
export class RequestLoss {
  /** Bytes passed over, not yet told. */
  passedOver = 0;
  /** Offset of the message that was under way when the stream was lost. */
  lostFrom = 0;
  /** True once a segment was passed over since, so that the next one starts where the client began to write. */
  hasPassedSegment = false;
  /** True where what was read since a hole may not be requests. */
  isTentative = false;
  /** True where all requests of the segment under way ask for no answer. */
  isSilent = true;
  /** Offset from which on that was read, behind the last hole; and how many bytes behind earlier ones. */
  #tentativeFrom = 0;
  #tentativeBytes = 0;
  /** Segments in a row of such requests, whole ones that ask for no answer. */
  #silentSegments = 0;

  /** Bytes are read tentatively from this offset on. */
  tryFrom(offset: number): void {
    this.isTentative = true;
    this.#tentativeFrom = offset;
    this.#silentSegments = 0;
  }

  /** What was read tentatively are requests. */
  prove(): void {
    this.isTentative = false;
    this.#tentativeBytes = 0;
  }

  /** Nothing of what was read tentatively are requests. */
  refute(): void {
    this.passedOver += this.#tentativeBytes;
    this.prove();
  }

  /** What was read tentatively since the last hole, up to this offset, are no requests. */
  refuteSection(end: number): void {
    this.hasPassedSegment = true;
    this.passedOver += end - this.#tentativeFrom;
    this.isTentative = this.#tentativeBytes > 0;
  }

  /** A hole in what is read tentatively, inside a value: it is told, and none of the bytes that are still to be told. */
  passHole(length: number): void {
    if (this.isTentative) this.#tentativeFrom += length;
  }

  /** A hole at this offset ends what was read tentatively: it may still be proven. */
  endSection(offset: number): void {
    this.#tentativeBytes += offset - this.#tentativeFrom;
  }

  /**
   * A segment of so many bytes was read tentatively, `isWhole`: as whole requests; `largest`: bytes of the longest one of
   * the connection. True where so many in a row can't be anything else.
   */
  endSegment(isWhole: boolean, length: number, largest: number): boolean {
    const isShort = length < Math.max(largest, leastSegment);
    this.#silentSegments = isWhole && this.isSilent && isShort ? this.#silentSegments + 1 : 0;
    return this.#silentSegments >= provingSegments;
  }
}

/** Most connections never lose anything: they share this, and one that does gets its own. */
export const noLoss = new RequestLoss();
Object.freeze(noLoss);
