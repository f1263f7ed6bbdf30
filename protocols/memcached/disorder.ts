import type { Alignment } from './alignment.ts';

/** More than any queue holds: all that wait. A small integer, which costs a connection nothing. */
export const all = 0x3fff_ffff;

/** What is known since the order of the answers was lost. Places are those of pending requests, 0 at the front. */
export class Disorder {
  /** What is known of the order behind a hole; undefined where nothing is missing. */
  alignment: Alignment | undefined = undefined;
  /** What the budget of all connections knows of that. */
  alignmentCost = 0;
  /** Offset in the client's stream from which on requests before the next one read were never captured. */
  unseenFrom = 0;
  /** The client was last seen, by requests that may be none, to send on while earlier ones were unanswered. */
  seemsToSendOn = false;
  /** How far the server had received the client's stream when it sent the last answer in doubt. */
  lastAcknowledged = -1;
  /** Place from which on the requests may be bytes of a value that only look like some; `all` where none may. */
  tentativeFrom = all;
  /** Of these, the place of the first one behind the last hole. */
  sectionFrom = 0;

  get isTentative(): boolean {
    return this.tentativeFrom !== all;
  }

  /** Behind a hole, what is read from this place on may be no requests. */
  beginSection(place: number): void {
    this.sectionFrom = place;
    this.tentativeFrom = Math.min(this.tentativeFrom, place);
  }

  /** What was read so is known to be requests, or is not waited for any more. */
  endTentative(): void {
    this.tentativeFrom = all;
    this.seemsToSendOn = false;
  }

  /** The request at the front has left. */
  shift(): void {
    this.tentativeFrom = Math.max(0, this.tentativeFrom - 1);
    this.sectionFrom = Math.max(0, this.sectionFrom - 1);
  }
}

/** Most connections never lose anything: they share this, and one that does gets its own. */
export const noDisorder: Readonly<Disorder> = new Disorder();
