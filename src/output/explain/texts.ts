/** Who sent a packet. */
export type Party = 'client' | 'server';

/** What a packet does in its connection. */
export type Step =
  | 'handshake1'
  | 'handshake2'
  | 'handshake3'
  | 'close1'
  | 'close2'
  | 'close3'
  | 'close4'
  | 'closeBoth'
  | 'reset'
  | 'refusal'
  | 'request'
  | 'answer'
  | 'acknowledgment'
  | 'duplicateAcknowledgment'
  | 'windowUpdate'
  | 'keepAlive'
  | 'keepAliveAnswer'
  | 'zeroWindowProbe'
  | 'zeroWindowProbeAnswer'
  | 'retransmission'
  | 'outOfOrder'
  | 'copy';

export type FlagName = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG' | 'ECE' | 'CWR';

/** What is said of a thing when it comes for the first time, and when the reader knows it; the latter may be empty. */
export interface Text<Values> {
  readonly first: (values: Values) => string;
  readonly again: (values: Values) => string;
}

/** A step has a name, too: `Handshake 1/3`. */
export interface StepText extends Text<{ readonly from: Party; readonly to: Party }> {
  readonly name: string;
}

/** A window: as the line shows it, and what that comes to. */
export interface WindowValues {
  readonly from: Party;
  readonly win: number;
  /** Of a packet with SYN, or where a side does not scale: undefined. */
  readonly shift: number | undefined;
  readonly bytes: number;
}

/** A window scale: as the SYN has it, and as it counts. */
export interface ScaleValues {
  readonly from: string;
  readonly shift: number;
  readonly used: number;
}

/** A range of bytes of one direction, both ends included; `shown`: as the line has it, undefined where it has none. */
export interface RangeValues {
  readonly from: Party;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly shown: string | undefined;
}

/** Bytes of one direction, both ends included. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** `up`: the last byte of the other side's that has arrived, 0 for none; `fin`: its FIN has, too. */
export interface AcknowledgmentValues {
  readonly from: Party;
  readonly to: Party;
  readonly up: number;
  readonly fin: boolean;
  readonly shown: string | undefined;
}

/** When an item expires, as a command says it; `raw`: as sent. */
export type Expiry = { readonly raw: string } & (
  | { readonly kind: 'never' | 'at_once' }
  | { readonly kind: 'after'; readonly seconds: number }
  | { readonly kind: 'on' | 'was_on'; readonly date: string }
);

/** Parts of a moment's length, the largest first; those that are 0 are left out. */
export interface Duration {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** An item that an answer brings. */
export interface ItemValues {
  readonly key: string;
  readonly flags: string | undefined;
  readonly bytes: string;
  readonly cas: string | undefined;
}

/** A text that does not change with what it is about; known once it was read. */
export function once<Values>(first: (values: Values) => string): Text<Values> {
  return { first, again: () => '' };
}
