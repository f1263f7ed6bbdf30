// FINs, and what comes behind them, of connections that began here.

import {
  ACKNOWLEDGED,
  ANSWER_AT,
  BARE_ACK_PACKET,
  BARE_ACK_US,
  BEGAN_HERE,
  BEGUN,
  BY_CLIENT,
  BY_SERVER,
  CLIENT_CLOSED,
  CLOSED,
  CLOSED_BY,
  FIN_US,
  LAST_US,
  LINE_BASE,
  NEXT_OFFSET,
  NEXT_SEQUENCE,
  NUMBER,
  PENDING,
  PHASE,
  SEGMENTS,
  SENT_PACKET,
  SENT_US,
  SERVER_CLOSED,
  SYN_RECEIVED,
  indexOf,
  isOwed,
} from './connections';
import { decimal, prepare, put } from './digits';
import { FIN, LAST_ACK, LATE, beginPacket, isTold, keepEvents, tellSegment } from './events';
import { use } from './idle';
import {
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
  writeAcknowledgment,
  writeLength,
  writeTimestamps,
  writesLines,
} from './line';
import { ORIGINAL, PACKET_NUMBER, SECONDS, timeOf, u16be, u32be } from './packet';
import { isCopy, notePrint } from './prints';

const FIN_FLAGS_TEXT = prepare('Flags [F.]');

/** The connection that is over with the packet that was taken last; 0 where none is. */
export let ended: i32 = 0;
export function clearEnded(): void {
  ended = 0;
}

/** Takes a FIN, or an acknowledgment behind one, of a connection on which nothing is under way. */
export function takeEnd(
  packet: usize,
  connection: usize,
  segment: usize,
  own: usize,
  other: usize,
  fromClient: bool,
  isFin: bool,
  hasTimestamps: bool,
  identification: u32,
): i32 {
  const phase = load<u8>(connection, PHASE);
  if (load<u8>(connection, BEGAN_HERE) == 0 || phase == SYN_RECEIVED) return DECLINED;
  if (isOwed(connection)) return DECLINED;
  const isOwnClosed = phase == CLOSED || phase == (fromClient ? CLIENT_CLOSED : SERVER_CLOSED);
  const isOtherClosed = phase == CLOSED || phase == (fromClient ? SERVER_CLOSED : CLIENT_CLOSED);
  const sequence = u32be(segment + 4);
  const acknowledgment = u32be(segment + 8);
  if (sequence != load<u32>(own, NEXT_SEQUENCE) + (isOwnClosed ? 1 : 0)) return DECLINED;
  const unseen = acknowledgment - load<u32>(other, NEXT_SEQUENCE);
  if (unseen > <u32>(isOtherClosed ? 1 : 0)) return DECLINED;
  if (isFin && (isOwnClosed || !isIdle(connection))) return DECLINED;
  const ready = readiness(packet);
  if (ready != TAKEN) return ready;
  const us = timeOf(packet);
  const name = load<i32>(connection, NUMBER);
  const direction = fromClient ? name : -name;
  const number = load<i32>(packet, PACKET_NUMBER);
  if (isFin && isCopy(direction, identification, segment, us)) return DECLINED;
  if (isTold()) beginPacket(us, load<i32>(packet, ORIGINAL), line, record);
  if (phase == CLOSED) {
    if (isTold()) tellSegment(connection, unseen == 1 ? LAST_ACK : LATE, fromClient, number, us, 0);
    else if (us > load<f64>(connection, LAST_US)) store<f64>(connection, us, LAST_US);
  } else {
    if (isFin) {
      notePrint(direction, identification, segment, us);
      store<f64>(own, us, SENT_US);
      store<i32>(own, number, SENT_PACKET);
      if (!isOtherClosed) {
        store<f64>(connection, us, FIN_US);
        // Where it is told, the host notes it then.
        if (!isTold()) store<u8>(connection, fromClient ? BY_CLIENT : BY_SERVER, CLOSED_BY);
      }
      store<u8>(connection, isOtherClosed ? CLOSED : fromClient ? CLIENT_CLOSED : SERVER_CLOSED, PHASE);
      if (isOtherClosed) ended = indexOf(connection);
      if (isTold()) tellSegment(connection, FIN, fromClient, number, us, load<f64>(own, NEXT_OFFSET));
    } else if (load<f64>(own, BARE_ACK_US) < 0) {
      store<f64>(own, us, BARE_ACK_US);
      store<i32>(own, number, BARE_ACK_PACKET);
    }
    const acknowledged = load<f64>(other, NEXT_OFFSET);
    if (acknowledged > load<f64>(other, ACKNOWLEDGED)) store<f64>(other, acknowledged, ACKNOWLEDGED);
    store<i32>(own, load<i32>(own, SEGMENTS) + 1, SEGMENTS);
    store<f64>(connection, us, LAST_US);
    // What comes behind both moves nothing any more.
    use(connection, load<i32>(packet, SECONDS), number);
  }
  if (writesLines) {
    let out = put(beginLine(packet, connection, fromClient), isFin ? FIN_FLAGS_TEXT : PLAIN_FLAGS_TEXT);
    if (isFin) out = decimal(put(out, SEQ_TEXT), isAbsolute ? sequence : sequence - load<u32>(own, LINE_BASE));
    const heard = isAbsolute ? acknowledgment : acknowledgment - load<u32>(other, LINE_BASE);
    out = writeAcknowledgment(out, heard, u16be(segment + 14));
    if (hasTimestamps) out = writeTimestamps(out, segment + 24);
    endLine(writeLength(out, 0));
  }
  if (isTold()) keepEvents();
  isTaken(us, number, name);
  return TAKEN;
}

/** Whether no request waits, and nothing has begun. */
@inline
function isIdle(connection: usize): bool {
  return load<i32>(connection, PENDING) == 0 && load<i32>(connection, BEGUN) == 0 && load<u32>(connection, ANSWER_AT) == 0;
}
