// Takes one packet: from its bytes to its line, or its records. Nothing is changed before it is certain that it is taken.

import { untimed } from './answer';
import { answered, readAnswers, recordsEnd, takeAnswers } from './answers';
import { binaryAnswered, binaryRecordsEnd, readBinaryAnswers, takeBinaryAnswers } from './binary-answers';
import { addBinaryRequests, forgetBinary, readBinaryRequests } from './binary-requests';
import {
  ACKNOWLEDGED,
  BARE_ACK_PACKET,
  BARE_ACK_US,
  CLIENT_CLOSED,
  DATA_BYTES,
  DATA_END,
  DATA_PACKET,
  DATA_US,
  ESTABLISHED_US,
  HAS_SPOKEN,
  IS_BINARY,
  LARGEST_SEGMENT,
  LAST_MS,
  LAST_US,
  LINE_BASE,
  NEXT_OFFSET,
  NEXT_SEQUENCE,
  NUMBER,
  OPEN,
  PHASE,
  SEGMENTS,
  SENT_PACKET,
  SENT_US,
  SERVER_RECEIVED,
  SIDE,
  SYN_RECEIVED,
  SYN_SENT,
  find,
  isFromClient,
  isOwed,
  owe,
  pay,
} from './connections';
import { decimal, prepare, put } from './digits';
import { AHEAD, ASTRAY, FILLS, STRAIGHT, hold, orderOf, readHeld, takeHeld } from './disorder';
import { takeEnd } from './ending';
import { HANDSHAKE, beginPacket, isTold, keepEvents, tellSegment } from './events';
import { readOptions, takeAnswer } from './handshake';
import { list, use } from './idle';
import { bucketOf } from './kinds';
import {
  BEGINS,
  DECLINED,
  PLAIN_FLAGS_TEXT,
  SEQ_TEXT,
  TAKEN,
  beginLine,
  endLine,
  isAbsolute,
  isTaken,
  line,
  readiness,
  record,
  recordTo,
  writeAcknowledgment,
  writeLength,
  writeTimestamps,
  writesLines,
  writesRecords,
} from './line';
import { hasHeardAll, isBetweenLines, isImpatient, watch } from './pace';
import {
  ADDRESS,
  CAPTURED,
  NETWORK,
  ORIGINAL,
  PACKET_NUMBER,
  SECONDS,
  SEGMENT,
  milliseconds,
  packetAt,
  timeOf,
  u16be,
  u32be,
} from './packet';
import { awaitsSyn, awaitsSynOfOther, isFirst, syns } from './packets';
import { isCopy, notePrint } from './prints';
import { addRequests, forget, readRequests, recordsEnd as silentRecordsEnd, silentCount } from './requests';

const PUSH_FLAGS_TEXT = prepare('Flags [P.]');

const PSH: u32 = 8;
const FIN: u32 = 1;
const SYN: u32 = 2;
const ACK: u32 = 16;

/** Longest packet, as tcpdump sees it. */
const longestPacket: i32 = 262_144;
/** As in `segment-observer.ts` and `pace.ts`. */
const shortestDelayUs: f64 = 35_000;
/** Acknowledgments that lie further back are looked at by the general way. */
const farBack: i32 = -(1 << 28);

/** Whether commands are told beside their packets. */
let annotates: bool = true;
export function setAnnotates(value: bool): void {
  annotates = value;
}

/** Commands that were answered; and those of them between whose request and answer the clock of the capture went back. */
export let commands: i32 = 0;
export let backInTime: i32 = 0;

/** Takes the packet, if it is one of this way. */
export function take(index: i32): i32 {
  const packet = packetAt(index);
  const captured = load<i32>(packet, CAPTURED);
  const original = load<i32>(packet, ORIGINAL);
  if (original < captured || original > longestPacket) return DECLINED;
  const segment = <usize>load<u32>(packet, SEGMENT);
  if (segment == 0) return DECLINED;
  const network = <usize>load<u32>(packet, NETWORK);
  const start = <usize>load<u32>(packet, ADDRESS);
  let source = network + 12;
  let destination = network + 16;
  let identification: u32 = 0;
  let segmentEnd: usize = 0;
  const isIpv6 = segment - network == 40;
  if (isIpv6) {
    source = network + 8;
    destination = network + 24;
    const length = u16be(network + 4);
    if (length == 0) return DECLINED;
    segmentEnd = segment + length;
  } else {
    identification = u16be(network + 4);
    segmentEnd = network + u16be(network + 2);
  }
  if (segmentEnd > start + captured) return DECLINED;
  const headerLength = (<usize>(load<u8>(segment, 12) >> 4)) << 2;
  const payload = segment + headerLength;
  if (headerLength < 20 || payload > segmentEnd) return DECLINED;
  const flags = <u32>load<u8>(segment, 13);
  const ports = load<u32>(segment);
  if ((flags & ~PSH) != ACK && flags != (FIN | ACK)) {
    if ((flags & SYN) == 0 || payload != segmentEnd) return DECLINED;
    return takeSyn(packet, segment, payload, source, destination, ports, isIpv6, flags, identification);
  }
  const window = u16be(segment + 14);
  if (window == 0) return DECLINED;
  const isFin = (flags & FIN) != 0;
  const hasTimestamps = headerLength == 32 && load<u32>(segment, 20) == 0x0a080101;
  if (!hasTimestamps && headerLength != 20) return DECLINED;

  const connection = find(source, destination, ports, isIpv6);
  if (connection == 0) return DECLINED;
  const phase = load<u8>(connection, PHASE);
  if (phase == SYN_SENT) return DECLINED;
  if (awaitsOther(connection, source, destination, ports, isIpv6)) return DECLINED;
  const fromClient = isFromClient;
  const own = fromClient ? connection : connection + SIDE;
  const other = fromClient ? connection + SIDE : connection;

  if (isFin || phase >= CLIENT_CLOSED) {
    if (payload != segmentEnd) return DECLINED;
    return takeEnd(packet, connection, segment, own, other, fromClient, isFin, hasTimestamps, identification);
  }
  const sequence = u32be(segment + 4);
  const acknowledgment = u32be(segment + 8);
  const length = <i32>(segmentEnd - payload);
  const ahead = <i32>(sequence - load<u32>(own, NEXT_SEQUENCE));
  const unseen = <i32>(acknowledgment - load<u32>(other, NEXT_SEQUENCE));
  if (unseen < farBack) return DECLINED;
  const acknowledged = load<f64>(other, NEXT_OFFSET) + <f64>unseen;
  if (acknowledged < 0) return DECLINED;
  let order = STRAIGHT;
  if (ahead != 0 || unseen > 0 || isOwed(connection)) {
    order = orderOf(connection, fromClient, ahead, unseen, length);
    if (order == ASTRAY) return DECLINED;
  }

  const ready = readiness(packet);
  if (ready != TAKEN) return ready;
  const us = timeOf(packet);
  const number = load<i32>(packet, PACKET_NUMBER);

  if (isTold()) {
    beginPacket(us, original, line, record);
    if (fromClient && phase == SYN_RECEIVED) tellSegment(connection, HANDSHAKE, true, number, us, 0);
  }
  let out = line;
  if (writesLines) {
    out = beginLine(packet, connection, fromClient);
    out = put(out, (flags & PSH) != 0 ? PUSH_FLAGS_TEXT : PLAIN_FLAGS_TEXT);
    if (length > 0) {
      const from = isAbsolute ? sequence : sequence - load<u32>(own, LINE_BASE);
      out = decimal(put(out, SEQ_TEXT), from);
      store<u8>(out, 0x3a);
      out = decimal(out + 1, from + length);
    }
    out = writeAcknowledgment(out, isAbsolute ? acknowledgment : acknowledgment - load<u32>(other, LINE_BASE), window);
    if (hasTimestamps) out = writeTimestamps(out, segment + 24);
    out = writeLength(out, length);
  }

  if (length == 0) {
    if (load<f64>(own, BARE_ACK_US) < 0) {
      store<f64>(own, us, BARE_ACK_US);
      store<i32>(own, number, BARE_ACK_PACKET);
    }
  } else {
    const name = load<i32>(connection, NUMBER);
    const direction = fromClient ? name : -name;
    const isAgain = isCopy(direction, identification, segment, us);
    if (isAgain && order != STRAIGHT) return DECLINED;
    const dataUs = load<f64>(own, DATA_US);
    if (!isAgain && dataUs >= 0 && load<f64>(other, BARE_ACK_US) - dataUs >= shortestDelayUs) return DECLINED;
    // The first byte decides what is spoken: text, or the general way finds it out.
    if (load<u8>(connection, HAS_SPOKEN) == 0 && !(fromClient && isPrintable(load<u8>(payload)))) return DECLINED;
    const isBinary = load<u8>(connection, IS_BINARY) != 0;
    const shown = writesLines && annotates ? out : 0;
    const told = writesRecords ? record : 0;
    if (fromClient) {
      // Who sends on, and may have heard all, before an answer has come to its end is watched closely.
      if (isBetweenLines(connection) && hasHeardAll(connection, acknowledged)) return DECLINED;
      if (isImpatient(connection, acknowledged, us)) return DECLINED;
      let next = isBinary
        ? readBinaryRequests(connection, shown, payload, segmentEnd, us, acknowledged, number)
        : readRequests(connection, shown, told, payload, segmentEnd, us, acknowledged, number);
      if (order == FILLS && next != 0) next = readHeld(connection, shown == 0 ? 0 : next, told);
      if (next == 0) {
        if (isBinary) forgetBinary();
        else forget();
        return DECLINED;
      }
      if (shown != 0) out = next;
      watch(connection, acknowledged, us);
      if (isBinary) addBinaryRequests(connection, us, number);
      else {
        addRequests(connection, us, number);
        commands += silentCount;
        if (writesRecords) recordTo(order == FILLS ? recordsEnd : silentRecordsEnd);
      }
      if (order == FILLS) {
        takeHeld(connection);
        commands += answered;
        backInTime += untimed;
      }
      if (length > load<i32>(connection, LARGEST_SEGMENT)) store<i32>(connection, length, LARGEST_SEGMENT);
    } else if (order == AHEAD) {
      if (!hold(connection, payload, length, us, acknowledged, number)) return DECLINED;
    } else {
      const next = isBinary
        ? readBinaryAnswers(connection, shown, told, payload, segmentEnd, us, acknowledged, number)
        : readAnswers(connection, shown, told, payload, segmentEnd, us, acknowledged, number);
      if (next == 0) return DECLINED;
      if (shown != 0) out = next;
      if (writesRecords) recordTo(isBinary ? binaryRecordsEnd : recordsEnd);
      commands += isBinary ? binaryAnswered : answered;
      backInTime += untimed;
      if (isBinary) takeBinaryAnswers(connection, us, acknowledged, number);
      else takeAnswers(connection, us, acknowledged, number);
      store<i32>(connection, milliseconds(us), LAST_MS);
      store<f64>(connection, acknowledged, SERVER_RECEIVED);
    }
    notePrint(direction, identification, segment, us);
    const dataEnd = load<f64>(own, NEXT_OFFSET) + <f64>length;
    if (order != AHEAD) {
      store<u32>(own, sequence + length, NEXT_SEQUENCE);
      store<f64>(own, dataEnd, NEXT_OFFSET);
      pay(connection, fromClient, length);
    }
    if (!isAgain) observe(own, other, dataEnd, us, number, length + <i32>headerLength - 20);
  }
  if (unseen > 0) owe(connection, !fromClient, unseen);
  if (acknowledged > load<f64>(other, ACKNOWLEDGED)) store<f64>(other, acknowledged, ACKNOWLEDGED);
  store<i32>(own, load<i32>(own, SEGMENTS) + 1, SEGMENTS);
  store<f64>(connection, us, LAST_US);
  use(connection, load<i32>(packet, SECONDS), number);
  if (fromClient && (phase == SYN_RECEIVED || load<u8>(connection, HAS_SPOKEN) == 0)) goOn(connection, packet, phase, us, length);
  if (writesLines) endLine(out);
  if (isTold()) keepEvents();
  isTaken(us, number, load<i32>(connection, NUMBER));
  return TAKEN;
}

/** Takes a segment with SYN, which has no payload. */
function takeSyn(
  packet: usize,
  segment: usize,
  payload: usize,
  source: usize,
  destination: usize,
  ports: u32,
  isIpv6: bool,
  flags: u32,
  identification: u32,
): i32 {
  if (u16be(segment + 14) == 0 || !readOptions(segment + 20, payload)) return DECLINED;
  const connection = find(source, destination, ports, isIpv6);
  if (flags == SYN) {
    if (connection != 0 || !isFirst(packet, source, destination, ports, isIpv6)) return DECLINED;
    const ready = readiness(packet);
    return ready == TAKEN ? BEGINS : ready;
  }
  if (flags != (SYN | ACK) || connection == 0 || isFromClient) return DECLINED;
  const isAwaited = load<u8>(connection, PHASE) == SYN_SENT;
  if (!isAwaited || u32be(segment + 8) != load<u32>(connection, NEXT_SEQUENCE)) return DECLINED;
  if (awaitsOther(connection, source, destination, ports, isIpv6)) return DECLINED;
  const ready = readiness(packet);
  return ready == TAKEN ? takeAnswer(packet, connection, segment, identification) : ready;
}

/** Whether SYNs of other connections than this one, which lies between these ends, come next. */
@inline
function awaitsOther(connection: usize, source: usize, destination: usize, ports: u32, isIpv6: bool): bool {
  if (syns == 0) return false;
  const lastWord: usize = isIpv6 ? 12 : 0;
  if (!awaitsSyn(bucketOf(source + lastWord, destination + lastWord, ports))) return false;
  const start = load<u32>(connection, NEXT_SEQUENCE) - <u32>(<u64>load<f64>(connection, NEXT_OFFSET));
  return awaitsSynOfOther(source, destination, ports, isIpv6, start);
}

@inline
function isPrintable(byte: u8): bool {
  return byte >= 0x20 && byte < 0x7f;
}

/** The client has sent something on a connection that began here. */
function goOn(connection: usize, packet: usize, phase: u8, us: f64, length: i32): void {
  if (phase == SYN_RECEIVED) store<f64>(connection, us, ESTABLISHED_US);
  store<u8>(connection, OPEN, PHASE);
  if (length == 0) return;
  store<u8>(connection, 1, HAS_SPOKEN);
  list(connection, packet);
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
