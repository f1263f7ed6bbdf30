// Takes one packet: from its bytes to its line, or its records. Nothing is changed before it is certain that it is taken.

import { answered, readAnswers, recordsEnd, takeAnswers } from './answers';
import {
  ACKNOWLEDGED,
  ANSWER_REST,
  BARE_ACK_PACKET,
  BARE_ACK_US,
  CLIENT_MS,
  CLIENT_RECEIVED,
  CLIENT_TEXT_LENGTH,
  DATA_BYTES,
  DATA_END,
  DATA_PACKET,
  DATA_US,
  ENDED_RUN,
  find,
  IS_MID_STREAM,
  isFromClient,
  LARGEST_SEGMENT,
  LAST_MS,
  LAST_PACKET,
  LAST_SECONDS,
  LAST_US,
  LINE_BASE,
  LISTED_PACKET,
  LISTED_SECONDS,
  lineText,
  NEXT_OFFSET,
  NEXT_SEQUENCE,
  NUMBER,
  PENDING,
  SEEMED_TO_WAIT,
  SEGMENTS,
  SENDS_ON,
  SENT_PACKET,
  SENT_US,
  SERVER_RECEIVED,
  SERVER_TEXT_LENGTH,
  SIDE,
  WAITED,
} from './connections';
import { copy, decimal, sixDigits, prepare, put } from './digits';
import { beginPacket, isTold, keepEvents } from './events';
import { CLOCK, PRINT_TIMES, PRINTS } from './memory';
import {
  awaitsSyn,
  bucketOf,
  CAPTURED,
  LINK,
  LOOPBACK,
  MICROSECONDS,
  networkAt,
  ORIGINAL,
  PACKET_NUMBER,
  packetAt,
  SECONDS,
  u16be,
  u32be,
} from './packets';
import { addRequests, forget, readRequests, recordsEnd as silentRecordsEnd, silentCount } from './requests';

const PUSH_FLAGS_TEXT = prepare('Flags [P.]');
const PLAIN_FLAGS_TEXT = prepare('Flags [.]');
const SEQ_TEXT = prepare(', seq ');
const ACK_TEXT = prepare(', ack ');
const WIN_TEXT = prepare(', win ');
const TIMESTAMPS_TEXT = prepare(', options [nop,nop,TS val ');
const ECR_TEXT = prepare(' ecr ');
const TIMESTAMPS_END_TEXT = prepare(']');
const LENGTH_TEXT = prepare(', length ');

/** How it went. */
export const TAKEN: i32 = 0;
/** It is the general way's. */
export const DECLINED: i32 = 1;
/** The host has to do first what it does once a second of packet time. */
export const TICK: i32 = 2;

const PSH: u32 = 8;
const ACK: u32 = 16;

/** Longest packet, as tcpdump sees it. */
const longestPacket: i32 = 262_144;
/** As in `segment-observer.ts` and `pace.ts`. */
const shortestDelayUs: f64 = 35_000;
const copyWithinUs: f64 = 1000;
const overlookingSilence: i32 = 50;
const waitingRun: i32 = 3;
const longWaitingRun: i32 = 4;
const mostWaitingRun: i32 = 1 << 20;
const anywhere: f64 = -2;
/** Acknowledgments that lie further back are looked at by the general way. */
const farBack: i32 = -(1 << 28);
const slots: u32 = 4095;

/** What is written: lines, and records. */
let writesLines: bool = false;
let writesRecords: bool = false;
export function setOutputs(lines: bool, records: bool): void {
  writesLines = lines;
  writesRecords = records;
}

/** Whether sequence numbers print as they are. */
let isAbsolute: bool = false;
export function setAbsolute(value: bool): void {
  isAbsolute = value;
}

/** Whether commands are told beside their packets. */
let annotates: bool = true;
export function setAnnotates(value: bool): void {
  annotates = value;
}

/** How many seconds one that is used stays where it is in the list of the idle: see `IdleList`. */
let slack: i32 = 0;
export function setSlack(seconds: i32): void {
  slack = seconds;
}

/** The second of the last packet that the host has heard of, and how long the text of its clock is. */
let second: u32 = 0xffffffff;
let clockLength: usize = 0;
/** Whether the clock has a fraction. */
let hasFraction: bool = true;
export function setSecond(value: u32, length: i32, fraction: bool): void {
  second = value;
  clockLength = length;
  hasFraction = fraction;
}

/** Where the next line and the next record go. */
export let line: usize = 0;
export let record: usize = 0;
export function setOutput(lineAt: usize, recordAt: usize): void {
  line = lineAt;
  record = recordAt;
}

/** Commands that were answered; the time of the last packet that was taken, and its number and connection. */
export let commands: i32 = 0;
export let lastUs: f64 = 0;
export let lastPacket: i32 = 0;
export let lastConnection: i32 = 0;

/** Takes the packet, if it is one of this way. */
export function take(index: i32): i32 {
  const packet = packetAt(index);
  const captured = load<i32>(packet, CAPTURED);
  const original = load<i32>(packet, ORIGINAL);
  if (original < captured || original > longestPacket) return DECLINED;
  const network = networkAt(packet);
  if (network == 0) return DECLINED;
  const start = <usize>load<u32>(packet);
  const end = start + captured;

  let isIpv6 = false;
  let source = network + 12;
  let destination = network + 16;
  let segment = network + 20;
  let identification: u32 = 0;
  let segmentEnd: usize = 0;
  const version = load<u8>(network);
  if (version == 0x45) {
    if (network + 40 > end || load<u8>(network, 9) != 6 || (load<u16>(network, 6) & 0xff3f) != 0) return DECLINED;
    identification = u16be(network + 4);
    segmentEnd = network + u16be(network + 2);
  } else {
    if ((version & 0xf0) != 0x60 || network + 60 > end || load<u8>(network, 6) != 6) return DECLINED;
    isIpv6 = true;
    source = network + 8;
    destination = network + 24;
    segment = network + 40;
    const length = u16be(network + 4);
    if (length == 0) return DECLINED;
    segmentEnd = segment + length;
  }
  if (segmentEnd > end) return DECLINED;
  if (load<u8>(packet, LINK) == LOOPBACK && (isIpv6 || !isIpv4Family(load<u32>(start)))) return DECLINED;
  const headerLength = (<usize>(load<u8>(segment, 12) >> 4)) << 2;
  const payload = segment + headerLength;
  if (headerLength < 20 || payload > segmentEnd) return DECLINED;
  const flags = <u32>load<u8>(segment, 13);
  if ((flags & ~PSH) != ACK) return DECLINED;
  const window = u16be(segment + 14);
  if (window == 0) return DECLINED;
  const hasTimestamps = headerLength == 32 && load<u32>(segment, 20) == 0x0a080101;
  if (!hasTimestamps && headerLength != 20) return DECLINED;

  const ports = load<u32>(segment);
  const lastWord: usize = isIpv6 ? 12 : 0;
  if (awaitsSyn(bucketOf(source + lastWord, destination + lastWord, ports))) return DECLINED;
  const connection = find(source, destination, ports, isIpv6);
  if (connection == 0) return DECLINED;
  const fromClient = isFromClient;
  const own = fromClient ? connection : connection + SIDE;
  const other = fromClient ? connection + SIDE : connection;

  const sequence = u32be(segment + 4);
  const acknowledgment = u32be(segment + 8);
  if (sequence != load<u32>(own, NEXT_SEQUENCE)) return DECLINED;
  const unseen = <i32>(acknowledgment - load<u32>(other, NEXT_SEQUENCE));
  if (unseen > 0 || unseen < farBack) return DECLINED;
  const acknowledged = load<f64>(other, NEXT_OFFSET) + <f64>unseen;
  if (acknowledged < 0) return DECLINED;

  const seconds = load<u32>(packet, SECONDS);
  if (seconds != second) return <i32>seconds < 0 ? DECLINED : TICK;
  const microseconds = load<u32>(packet, MICROSECONDS);
  const us = <f64>seconds * 1e6 + <f64>microseconds;
  const length = <i32>(segmentEnd - payload);
  const number = load<i32>(packet, PACKET_NUMBER);

  if (isTold()) beginPacket(us, original, line, record);
  let out = line;
  if (writesLines) {
    out = copy(out, CLOCK, clockLength);
    if (hasFraction) {
      store<u8>(out, 0x2e);
      out = sixDigits(out + 1, microseconds);
      store<u8>(out++, 0x20);
    }
    const ends = <usize>load<u16>(connection + (fromClient ? CLIENT_TEXT_LENGTH : SERVER_TEXT_LENGTH));
    out = copy(out, lineText(connection, fromClient), ends);
    out = put(out, (flags & PSH) != 0 ? PUSH_FLAGS_TEXT : PLAIN_FLAGS_TEXT);
    if (length > 0) {
      const from = isAbsolute ? sequence : sequence - load<u32>(own, LINE_BASE);
      out = decimal(put(out, SEQ_TEXT), from);
      store<u8>(out, 0x3a);
      out = decimal(out + 1, from + length);
    }
    out = decimal(put(out, ACK_TEXT), isAbsolute ? acknowledgment : acknowledgment - load<u32>(other, LINE_BASE));
    out = decimal(put(out, WIN_TEXT), window);
    if (hasTimestamps) {
      out = decimal(put(out, TIMESTAMPS_TEXT), u32be(segment + 24));
      out = put(decimal(put(out, ECR_TEXT), u32be(segment + 28)), TIMESTAMPS_END_TEXT);
    }
    out = decimal(put(out, LENGTH_TEXT), length);
  }

  if (length == 0) {
    if (load<f64>(own, BARE_ACK_US) < 0) {
      store<f64>(own, us, BARE_ACK_US);
      store<i32>(own, number, BARE_ACK_PACKET);
    }
  } else {
    const direction = load<i32>(connection, NUMBER);
    const marks = (identification << 16) | u16be(segment + 16);
    const print = printOf(fromClient ? direction : -direction, sequence, marks);
    const slot = <usize>(<u32>print & slots);
    // So it looks, too, where nothing tells segments apart.
    const isCopy =
      load<i32>(PRINTS + (slot << 2)) == print && Math.abs(us - load<f64>(PRINT_TIMES + (slot << 3))) <= copyWithinUs;
    const dataUs = load<f64>(own, DATA_US);
    if (!isCopy && dataUs >= 0 && load<f64>(other, BARE_ACK_US) - dataUs >= shortestDelayUs) return DECLINED;
    if (fromClient) {
      // Who sends on while an answer comes is watched closely.
      if (load<i32>(connection, ANSWER_REST) > 0 || isImpatient(connection, acknowledged, us)) return DECLINED;
      const shown = writesLines && annotates ? out : 0;
      const next = readRequests(
        connection,
        shown,
        writesRecords ? record : 0,
        payload,
        segmentEnd,
        us,
        acknowledged,
        number,
      );
      if (next == 0) {
        forget();
        return DECLINED;
      }
      if (writesLines && annotates) out = next;
      watch(connection, acknowledged, us);
      addRequests(connection, us, number);
      commands += silentCount;
      if (writesRecords) record = silentRecordsEnd;
      if (length > load<i32>(connection, LARGEST_SEGMENT)) store<i32>(connection, length, LARGEST_SEGMENT);
    } else {
      const shown = writesLines && annotates ? out : 0;
      const next = readAnswers(
        connection,
        shown,
        writesRecords ? record : 0,
        payload,
        segmentEnd,
        us,
        acknowledged,
        number,
      );
      if (next == 0) return DECLINED;
      if (writesLines && annotates) out = next;
      if (writesRecords) record = recordsEnd;
      commands += answered;
      takeAnswers(connection, us, acknowledged, number);
      store<i32>(connection, milliseconds(us), LAST_MS);
      store<f64>(connection, acknowledged, SERVER_RECEIVED);
    }
    store<i32>(PRINTS + (slot << 2), print);
    store<f64>(PRINT_TIMES + (slot << 3), us);
    store<u32>(own, sequence + length, NEXT_SEQUENCE);
    const dataEnd = load<f64>(own, NEXT_OFFSET) + <f64>length;
    store<f64>(own, dataEnd, NEXT_OFFSET);
    if (!isCopy) observe(own, other, dataEnd, us, number, length + <i32>headerLength - 20);
  }
  if (acknowledged > load<f64>(other, ACKNOWLEDGED)) store<f64>(other, acknowledged, ACKNOWLEDGED);
  store<i32>(own, load<i32>(own, SEGMENTS) + 1, SEGMENTS);
  store<f64>(connection, us, LAST_US);
  use(connection, seconds, number);
  if (writesLines) {
    store<u8>(out, 0x0a);
    line = out + 1;
  }
  if (isTold()) keepEvents();
  lastUs = us;
  lastPacket = number;
  lastConnection = load<i32>(connection, NUMBER);
  return TAKEN;
}

/** As `SegmentObserver` has it. */
@inline
function observe(own: usize, other: usize, dataEnd: f64, us: f64, number: i32, bytes: i32): void {
  if (dataEnd > load<f64>(own, DATA_END)) store<f64>(own, dataEnd, DATA_END);
  store<f64>(own, us, SENT_US);
  store<i32>(own, number, SENT_PACKET);
  store<f64>(own, us, DATA_US);
  store<i32>(own, number, DATA_PACKET);
  store<i32>(own, bytes, DATA_BYTES);
  store<f64>(other, -Infinity, BARE_ACK_US);
}

/** As `IdleList.use` has it. */
@inline
function use(connection: usize, seconds: i32, number: i32): void {
  store<i32>(connection, seconds, LAST_SECONDS);
  store<i32>(connection, number, LAST_PACKET);
  const listed = load<i32>(connection, LISTED_SECONDS);
  if (seconds - listed > slack || listed - seconds > slack) {
    store<i32>(connection, seconds, LISTED_SECONDS);
    store<i32>(connection, number, LISTED_PACKET);
  }
}

/** The family in a loopback header, in either byte order. */
@inline
function isIpv4Family(family: u32): bool {
  return family == 2 || family == 0x02000000;
}

@inline
function milliseconds(us: f64): i32 {
  return <i32>(<u32>(<u64>(us / 1000)));
}

/** As `RecentSegments` has it. */
@inline
function printOf(direction: i32, sequence: u32, marks: u32): i32 {
  return <i32>mix(mix(<u32>direction, sequence), marks);
}

@inline
function mix(hash: u32, word: u32): u32 {
  let mixed = hash ^ word;
  mixed = (mixed ^ (mixed >> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae35;
  return mixed ^ (mixed >> 16);
}

/** Whether the client sends on after it has waited in vain: as `Pace.clientSpeaks` has it, where requests are under way. */
function isImpatient(connection: usize, acknowledged: f64, us: f64): bool {
  if (load<i32>(connection, PENDING) == 0 || acknowledged > load<f64>(connection, CLIENT_RECEIVED)) return false;
  if (acknowledged != load<f64>(connection + SIDE, NEXT_OFFSET)) return false;
  return milliseconds(us) - load<i32>(connection, CLIENT_MS) >= overlookingSilence && isKnownToWait(connection);
}

function isKnownToWait(connection: usize): bool {
  const waited = load<i32>(connection, WAITED);
  if (load<u8>(connection, SENDS_ON) == 0) {
    return waited >= (load<u8>(connection, IS_MID_STREAM) != 0 ? longWaitingRun : waitingRun);
  }
  return waited >= max(longWaitingRun, 2 * load<i32>(connection, ENDED_RUN));
}

/** How the client sends: as `Pairing.#watch` has it, while the order is certain. */
function watch(connection: usize, acknowledged: f64, us: f64): void {
  if (acknowledged > load<f64>(connection, CLIENT_RECEIVED)) {
    const hasHeardAll = acknowledged == load<f64>(connection + SIDE, NEXT_OFFSET);
    if (load<i32>(connection, PENDING) > 0 || !hasHeardAll) sentOn(connection);
    else if (load<i32>(connection, WAITED) < mostWaitingRun)
      store<i32>(connection, load<i32>(connection, WAITED) + 1, WAITED);
  }
  const ms = milliseconds(us);
  store<i32>(connection, ms, LAST_MS);
  store<i32>(connection, ms, CLIENT_MS);
  store<f64>(connection, acknowledged, CLIENT_RECEIVED);
}

function sentOn(connection: usize): void {
  store<u8>(connection, 1, SENDS_ON);
  const waited = load<i32>(connection, WAITED);
  if (waited > load<i32>(connection, ENDED_RUN)) store<i32>(connection, waited, ENDED_RUN);
  store<i32>(connection, 0, WAITED);
  store<i32>(connection, 0, SEEMED_TO_WAIT);
}
