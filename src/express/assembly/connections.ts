// The connections that are on the express way: what the general way knows of each while nothing is under way but whole
// requests that await their answer, as numbers side by side. Whatever a packet changes there it changes here, too.

import { mix } from './hash';
import {
  BUCKET_MASK,
  BUCKETS,
  CONNECTION_LENGTH,
  CONNECTIONS,
  LINE_TEXT_LENGTH,
  LINE_TEXTS,
  MOST_CONNECTIONS,
  RECORD_TEXT_LENGTH,
  RECORD_TEXTS,
} from './memory';
import { giveBack, giveBackChain, requestAt } from './request';
import { leaveRoom } from './rooms';

/** Fields of a connection, by offset. */
export const HASH: usize = 0;
/** The next one in its chain, or of those that are free. */
export const NEXT: usize = 4;
/** Port of the client's in the lower half, of the server's in the upper one, each as it lies in a packet. */
export const PORTS: usize = 8;
export const IS_IPV6: usize = 12;
/** Whether the client was seen to send on (`Pace`). */
export const SENDS_ON: usize = 13;
export const HAS_SILENT: usize = 14;
/** Whether the capture began after it: then its client has to wait more often until it is known to wait. */
export const IS_MID_STREAM: usize = 15;
/** Addresses as they lie in a packet; of IPv4 four bytes, and zeros behind them. */
export const CLIENT_ADDRESS: usize = 16;
export const SERVER_ADDRESS: usize = 32;
/** What follows is kept of both sides: of the client here, of the server `SIDE` behind it. */
export const NEXT_SEQUENCE: usize = 48;
/** What sequence numbers in lines are counted from. */
export const LINE_BASE: usize = 52;
export const NEXT_OFFSET: usize = 56;
export const ACKNOWLEDGED: usize = 64;
export const DATA_US: usize = 72;
export const SENT_US: usize = 80;
export const BARE_ACK_US: usize = 88;
export const DATA_END: usize = 96;
export const DATA_BYTES: usize = 104;
export const DATA_PACKET: usize = 108;
export const SENT_PACKET: usize = 112;
export const BARE_ACK_PACKET: usize = 116;
export const SEGMENTS: usize = 120;
export const SIDE: usize = 80;
/** Of the connection. */
export const LAST_US: usize = 208;
export const LAST_ANSWER_END_US: usize = 216;
export const SERVER_RECEIVED: usize = 224;
export const CLIENT_RECEIVED: usize = 232;
export const LAST_MS: usize = 240;
export const CLIENT_MS: usize = 244;
export const WAITED: usize = 248;
export const ENDED_RUN: usize = 252;
export const SEEMED_TO_WAIT: usize = 256;
export const LISTED_SECONDS: usize = 260;
export const LISTED_PACKET: usize = 264;
export const LAST_SECONDS: usize = 268;
export const LAST_PACKET: usize = 272;
export const PENDING: usize = 276;
export const FIRST_PENDING: usize = 280;
export const LAST_PENDING: usize = 284;
export const SILENT_BEHIND: usize = 288;
/** Requests that were added to the queue since it came here. */
export const ADDED: usize = 292;
export const LARGEST_SEGMENT: usize = 296;
export const NUMBER: usize = 300;
export const CLIENT_TEXT_LENGTH: usize = 304;
export const SERVER_TEXT_LENGTH: usize = 306;
export const RECORD_TEXT_BYTES: usize = 308;
/** Whether several requests were due an answer at a time. */
export const HAS_SEVERAL: usize = 310;
export const IS_BINARY: usize = 311;
/** Bytes of the data block, and its line end, that are to come of the last request that waits, or of `BEGUN`. */
export const REQUEST_REST: usize = 312;
/** A request that does not wait: its line has not come to its end, or it asks for no answer and its block has not. */
export const BEGUN: usize = 316;
/** Bytes of such a line that came. */
export const BEGUN_LENGTH: usize = 320;
/** Where the lines lie that came of the first one's answer, one behind another without the values; 0 where none is under way. */
export const ANSWER_AT: usize = 324;
/** Bytes of them, and how many of these, at their end, are of a line that has not come to its own. */
export const ANSWER_LENGTH: usize = 328;
export const ANSWER_PART: usize = 332;
/** Bytes of the value, and the line end behind it, that are to come. */
export const ANSWER_REST: usize = 336;
/** Values that came, and how many keys were looked at for them. */
export const ANSWER_HITS: usize = 340;
export const ANSWER_KEYS: usize = 344;
/** The packet that brought its first byte, and the first of a line that has not come to its end. */
export const ANSWER_PACKET: usize = 348;
export const PART_PACKET: usize = 352;
/** Bytes that were acknowledged and have not come, 16 bits: of the client's, and of the server's. See disorder.ts. */
export const CLIENT_OWES: usize = 356;
export const SERVER_OWES: usize = 358;
/** Bytes of its values. */
export const ANSWER_BYTES: usize = 360;
/** Of its first byte: time, where it lies in the stream, and what the server had received. */
export const ANSWER_US: usize = 368;
export const ANSWER_START: usize = 376;
export const ANSWER_ACKNOWLEDGED: usize = 384;
/** The same of the line that has not come to its end; and when the last line, or value, came to its own. */
export const PART_US: usize = 392;
export const PART_ACKNOWLEDGED: usize = 400;
export const ANSWER_LINE_US: usize = 408;
/** Of the binary protocol: the last request's opaque, and whether they have always risen, in either byte order. */
export const LAST_OPAQUE: usize = 416;
/** What the general way would have looked at since it came here: see `LookAllowance`. */
export const LOOKS: usize = 420;
/** Of the requests that wait, those to which silence is an answer, too. */
export const QUIET: usize = 424;
export const OPAQUES_RISE: usize = 426;
export const OPAQUES_RISE_REVERSED: usize = 427;
/** How far a connection has come, whether it began here, and whether its client has said something. */
export const PHASE: usize = 428;
export const BEGAN_HERE: usize = 429;
export const HAS_SPOKEN: usize = 430;
/** Who sent the first FIN: `BY_CLIENT`, or `BY_SERVER`; 0 before. */
export const CLOSED_BY: usize = 431;
/** The largest payload that each side takes in one segment, as its SYN says; 0 where it does not. */
export const CLIENT_SEGMENT_SIZE: usize = 432;
export const SERVER_SEGMENT_SIZE: usize = 434;
/** The room in which an answer waits for its request; 0 where none does. */
export const HELD: usize = 436;
/** When the server's SYN came, and the client's acknowledgment of it; `never` before. */
export const SYN_ACK_US: usize = 440;
export const ESTABLISHED_US: usize = 448;
/** When the first FIN came. */
export const FIN_US: usize = 456;

/** Phases: both sides may send; the client's SYN came; and the server's, which the client has not acknowledged. */
export const OPEN: u8 = 0;
export const SYN_SENT: u8 = 1;
export const SYN_RECEIVED: u8 = 2;
/** The client has sent its FIN; or the server; or both. */
export const CLIENT_CLOSED: u8 = 3;
export const SERVER_CLOSED: u8 = 4;
export const CLOSED: u8 = 5;

export const BY_CLIENT: u8 = 1;
export const BY_SERVER: u8 = 2;

/** A time that has not come. */
export const never: f64 = -Infinity;

/** Those that are free, chained, and how many were ever used. */
let free: i32 = 0;
let used: i32 = 0;

/** Senders choose addresses and ports: the host sets another number in each run. */
export let seed: u32 = 0;
export function setSeed(value: u32): void {
  seed = value;
}

@inline
export function connectionAt(index: i32): usize {
  return CONNECTIONS + <usize>index * CONNECTION_LENGTH;
}

@inline
export function indexOf(connection: usize): i32 {
  return <i32>((connection - CONNECTIONS) / CONNECTION_LENGTH);
}

@inline
function hashOfEnd(address: usize, port: u32, isIpv6: bool): u32 {
  let hash = mix(load<u32>(address) ^ seed, port);
  if (isIpv6) hash = mix(mix(mix(hash, load<u32>(address, 4)), load<u32>(address, 8)), load<u32>(address, 12));
  return hash;
}

/** The same for both directions. */
@inline
export function hashOf(source: usize, destination: usize, ports: u32, isIpv6: bool): u32 {
  return mix(hashOfEnd(source, ports & 0xffff, isIpv6) + hashOfEnd(destination, ports >> 16, isIpv6), seed);
}

/** Whether two addresses are the same. */
@inline
export function areSame(known: usize, address: usize, isIpv6: bool): bool {
  if (load<u32>(known) != load<u32>(address)) return false;
  if (!isIpv6) return true;
  return load<u32>(known, 4) == load<u32>(address, 4) && load<u64>(known, 8) == load<u64>(address, 8);
}

/** How many of the requests that wait are due an answer. */
@inline
export function dueOf(connection: usize): i32 {
  return load<i32>(connection, PENDING) - <i32>load<u16>(connection, QUIET);
}

/** Who sends the packet for which `find` was called last. */
export let isFromClient: bool = false;

/** The connection of a packet: addresses, and ports as they lie there; 0 where it is none of these. */
export function find(source: usize, destination: usize, ports: u32, isIpv6: bool): usize {
  const hash = hashOf(source, destination, ports, isIpv6);
  const turned = (ports << 16) | (ports >> 16);
  let index = load<i32>(BUCKETS + ((<usize>(hash & BUCKET_MASK)) << 2));
  while (index != 0) {
    const connection = connectionAt(index);
    if (load<u32>(connection, HASH) == hash && load<u8>(connection, IS_IPV6) == <u8>isIpv6) {
      const known = load<u32>(connection, PORTS);
      const client = connection + CLIENT_ADDRESS;
      const server = connection + SERVER_ADDRESS;
      if (known == ports && areSame(client, source, isIpv6) && areSame(server, destination, isIpv6)) {
        isFromClient = true;
        return connection;
      }
      if (known == turned && areSame(client, destination, isIpv6) && areSame(server, source, isIpv6)) {
        isFromClient = false;
        return connection;
      }
    }
    index = load<i32>(connection, NEXT);
  }
  return 0;
}

/**
 * Takes a connection in, whose ports and addresses are written then, as they lie in a packet; the host fills in the rest.
 * Returns its index, 0 where there is no room.
 */
export function admit(): i32 {
  let index = free;
  if (index != 0) free = load<i32>(connectionAt(index), NEXT);
  else if (used + 1 < MOST_CONNECTIONS) index = ++used;
  else return 0;
  memory.fill(connectionAt(index), 0, CONNECTION_LENGTH);
  return index;
}

/** One that was admitted does not come. */
export function readmit(index: i32): void {
  store<i32>(connectionAt(index), free, NEXT);
  free = index;
}

/** From then on its packets are found. */
export function link(index: i32): void {
  const connection = connectionAt(index);
  const isIpv6 = load<u8>(connection, IS_IPV6) != 0;
  const hash = hashOf(connection + CLIENT_ADDRESS, connection + SERVER_ADDRESS, load<u32>(connection, PORTS), isIpv6);
  const head = BUCKETS + ((<usize>(hash & BUCKET_MASK)) << 2);
  store<u32>(connection, hash, HASH);
  store<i32>(connection, load<i32>(head), NEXT);
  store<i32>(head, index);
}

/** Lets a connection go, and the requests that wait in it: the host has read them. */
export function dismiss(index: i32): void {
  const connection = connectionAt(index);
  let at = BUCKETS + ((<usize>(load<u32>(connection, HASH) & BUCKET_MASK)) << 2);
  while (load<i32>(at) != index) at = connectionAt(load<i32>(at)) + NEXT;
  store<i32>(at, load<i32>(connection, NEXT));
  giveBackChain(load<i32>(connection, FIRST_PENDING), load<i32>(connection, PENDING));
  if (load<i32>(connection, BEGUN) != 0) giveBack(load<i32>(connection, BEGUN));
  leaveRoom(<usize>load<u32>(connection, ANSWER_AT));
  leaveRoom(<usize>load<u32>(connection, HELD));
  readmit(index);
}

/** Where the text of the client's end lies, or of the server's behind it. */
@inline
export function lineText(connection: usize, ofClient: bool): usize {
  return LINE_TEXTS + <usize>indexOf(connection) * LINE_TEXT_LENGTH + (ofClient ? 0 : LINE_TEXT_LENGTH / 2);
}

@inline
export function recordText(connection: usize): usize {
  return RECORD_TEXTS + <usize>indexOf(connection) * RECORD_TEXT_LENGTH;
}

/** Requests that were read wait from now on, `count` of them, chained. */
export function addWaiting(connection: usize, first: i32, last: i32, count: i32): void {
  const pending = load<i32>(connection, PENDING);
  if (pending == 0) store<i32>(connection, first, FIRST_PENDING);
  else store<i32>(requestAt(load<i32>(connection, LAST_PENDING)), first);
  store<i32>(connection, last, LAST_PENDING);
  store<i32>(connection, pending + count, PENDING);
  store<i32>(connection, load<i32>(connection, ADDED) + count, ADDED);
}

/** The first of those that wait, so many, are over. */
export function endWaiting(connection: usize, count: i32): void {
  store<i32>(connection, giveBackChain(load<i32>(connection, FIRST_PENDING), count), FIRST_PENDING);
  store<i32>(connection, load<i32>(connection, PENDING) - count, PENDING);
}

/** Bytes that a side has sent, as the other one has acknowledged, and that have not come. */
@inline
export function owes(connection: usize, ofClient: bool): i32 {
  return <i32>load<u16>(connection + (ofClient ? CLIENT_OWES : SERVER_OWES));
}

/** Whether either side owes anything. */
@inline
export function isOwed(connection: usize): bool {
  return load<u32>(connection, CLIENT_OWES) != 0;
}

/** So many bytes were acknowledged and have not come. */
export function owe(connection: usize, ofClient: bool, bytes: i32): void {
  if (bytes > owes(connection, ofClient)) setOwed(connection, ofClient, bytes);
}

/** So many bytes have come. */
@inline
export function pay(connection: usize, ofClient: bool, bytes: i32): void {
  if (isOwed(connection)) setOwed(connection, ofClient, max(0, owes(connection, ofClient) - bytes));
}

function setOwed(connection: usize, ofClient: bool, bytes: i32): void {
  store<u16>(connection + (ofClient ? CLIENT_OWES : SERVER_OWES), <u16>bytes);
}
