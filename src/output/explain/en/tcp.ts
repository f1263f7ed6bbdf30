import { grouped } from '../numbers.ts';
import {
  type AcknowledgmentValues,
  type Block,
  once,
  type RangeValues,
  type ScaleValues,
  type Text,
  type WindowValues,
} from '../texts.ts';
import { bytesText } from './amounts.ts';
import { flagTexts, stepTexts } from './steps.ts';

/** What is said of TCP and UDP. */

const range: Text<RangeValues> = {
  first: ({ from, first, last, count, shown }) =>
    `${named('seq', shown, bytes(first, last))} of those that the ${from} sends in this connection, ${grouped(count)} in all${shown === undefined ? '' : '; the number behind the colon is that of the byte which will follow'}.`,
  again: ({ from, first, last, count }) =>
    first === last
      ? `byte ${grouped(first)} of the ${from}'s`
      : `${bytes(first, last)} of the ${from}'s, ${grouped(count)} in all`,
};

/** What begins a sentence, behind the number as the line shows it, where it shows one. */
function named(name: string, shown: string | undefined, subject: string): string {
  return shown === undefined ? subject.charAt(0).toUpperCase() + subject.slice(1) : `${name} ${shown}: ${subject}`;
}

function bytes(first: number, last: number): string {
  return first === last ? `byte ${grouped(first)}` : `bytes ${grouped(first)} to ${grouped(last)}`;
}

function listed(blocks: readonly Block[]): string {
  return blocks.map(({ first, last }) => bytes(first, last)).join(' and ');
}

const acknowledgment: Text<AcknowledgmentValues> = {
  first: ({ from, to, up, fin, shown }) =>
    `${named('ack', shown, `the ${from}`)} has received ${received(to, up)}${fin ? ' and its FIN' : ''}${shown === undefined ? '' : '; the number is that of the byte that it expects next'}.`,
  again: ({ from, to, up, fin }) => `the ${from} has ${received(to, up)}${fin ? ' and its FIN' : ''}`,
};

function received(to: string, up: number): string {
  return up <= 0 ? `no byte of the ${to}'s yet` : `the ${to}'s bytes up to ${grouped(up)}`;
}

const initialNumber: Text<{ from: string; seq: number; isShownAbsolute: boolean }> = {
  first: ({ from, seq, isShownAbsolute }) =>
    `seq ${seq}: the ${from}'s initial sequence number, chosen anew for each connection: the SYN has this number, the first byte the next one. ${isShownAbsolute ? 'With -S the lines go on with such numbers; the bytes are counted from 1 here.' : 'To be readable, the lines that follow count from it: the first byte is 1.'}`,
  again: ({ seq }) => `initial sequence number ${seq}`,
};

const window: Text<WindowValues> = {
  first: ({ from, win, shift, bytes: room }) =>
    shift === undefined
      ? `win ${win}: the window. The ${from} has room for ${bytesText(room)}; no more may be under way to it unacknowledged.`
      : `win ${win}: from now on in units of 2^${shift} bytes, as the ${from}'s wscale said: ${win} × 2^${shift} = ${bytesText(room)} of room.`,
  again: ({ win, shift, bytes: room }) =>
    shift === undefined ? `window ${bytesText(room)}` : `window ${win} × 2^${shift} = ${bytesText(room)}`,
};

const options = {
  maximumSegmentSize: {
    first: ({ from, size }) =>
      `mss ${size}: maximum segment size. The ${from} takes up to ${grouped(size)} bytes of TCP options and data in one packet.`,
    again: ({ size }) => `mss ${size}`,
  } satisfies Text<{ from: string; size: number }>,
  sackPermitted: once<{ from: string }>(
    ({ from }) =>
      `sackOK: selective acknowledgments. The ${from} understands acknowledgments that also name what has arrived beyond missing bytes, so that only these have to be sent again.`,
  ),
  timestamps: once<{ value: number; echo: number; isEchoValid: boolean }>(
    ({ value, echo, isEchoValid }) =>
      `TS val ${value} ecr ${echo}: timestamps. val is the clock of the sender, in ticks of its own; ecr returns a val that the other side sent, so that the round trip can be measured${isEchoValid ? '' : ' (without ACK it means nothing yet)'}.`,
  ),
  windowScale: {
    first: ({ from, shift, used }) =>
      `wscale ${shift}: the ${from}'s windows in all later packets are to be multiplied by 2^${used} = ${grouped(2 ** used)}${used === shift ? '' : ', the most there is'}, if the other side sends wscale, too.`,
    again: ({ shift }) => `wscale ${shift}`,
  } satisfies Text<ScaleValues>,
  noOperation: once<object>(() => 'nop: one byte of filling, which aligns the option behind it.'),
  endOfList: once<object>(() => 'eol: the list of options ends.'),
  sack: {
    first: ({ from, to, blocks }) =>
      `sack: beyond missing bytes the ${from} has also received ${listed(blocks)} of the ${to}'s; only what is missing has to come again.`,
    again: ({ blocks }) => `sack: ${listed(blocks)} arrived beyond missing bytes`,
  } satisfies Text<{ from: string; to: string; blocks: readonly Block[] }>,
  duplicateSack: {
    first: ({ from, blocks }) => `sack: ${listed(blocks)} came twice to the ${from} (a duplicate SACK, RFC 2883).`,
    again: ({ blocks }) => `sack: ${listed(blocks)} came twice`,
  } satisfies Text<{ from: string; blocks: readonly Block[] }>,
  fastOpen: {
    asked: once<object>(
      () =>
        'tfo cookiereq: TCP fast open. The client asks for a cookie, so that its next connection may send data with the SYN.',
    ),
    given: once<object>(
      () => 'tfo cookie: TCP fast open. With this cookie the next connection of the client may send data with the SYN.',
    ),
    used: once<object>(
      () => 'tfo cookie: TCP fast open. With this cookie, got from the server earlier, data may come with the SYN.',
    ),
  },
  md5Signature: once<object>(() => 'md5: a signature over the packet, by a password that both sides know.'),
  authentication: once<object>(() => 'tcp-ao: authenticates the packet, by a key that both sides know.'),
  userTimeout: once<object>(
    () => 'uto: how long its sender waits for acknowledgments before it gives the connection up.',
  ),
  multipath: once<object>(() => 'mptcp: Multipath TCP, one connection over several paths.'),
  other: once<{ kind: number }>(({ kind }) => `option ${kind}: not explained here.`),
};

export const tcpTexts = {
  /** Between things that are said in one line. */
  joint: '; ',
  /** Between numbers of a list. */
  comma: ', ',
  /** Between two steps of one packet. */
  and: ' and ',
  /** Between what a packet is and what is said of it. */
  colon: ': ',
  /** What a thing comes to, behind it. */
  aside: (text: string): string => ` (${text})`,
  /** Ends a line that was joined. */
  stop: '.',
  indent: '    ',
  party: { client: 'client', server: 'server' },
  /** What every line begins with. */
  line: once<{ isTimed: boolean; port: string }>(
    ({ isTimed, port }) =>
      `A line begins with ${isTimed ? 'the time of capture, exact to the microsecond, and ' : ''}who sends > to whom, each as address.port; the port ${port} is the server's.`,
  ),
  steps: stepTexts,
  flags: flagTexts,
  initialNumber,
  range,
  /** What a reset carries is none of the stream. Source: RFC 9293 §3.5.3. */
  resetText: {
    first: ({ count }) =>
      `Its ${bytesText(count)} are no data of the connection: a reset may say in words why it was sent.`,
    again: ({ count }) => `${bytesText(count)} that may say why`,
  } satisfies Text<{ count: number }>,
  /** Data behind others that were not seen. */
  hole: {
    first: ({ from, first, last }) =>
      `Before them ${bytes(first, last)} of the ${from}'s ${first === last ? 'is' : 'are'} not here yet: still to come, or lost.`,
    again: ({ first, last }) => `${bytes(first, last)} not here yet`,
  } satisfies Text<{ from: string; first: number; last: number }>,
  fin: {
    first: ({ from, number, shown }) =>
      `${named('seq', shown, 'the FIN')} takes number ${grouped(number)} among the ${from}'s bytes, as if it were one, so that it can be acknowledged.`,
    again: ({ number }) => `the FIN has number ${grouped(number)}`,
  } satisfies Text<{ from: string; number: number; shown: string | undefined }>,
  acknowledgment,
  /** Of more than was captured. */
  acknowledgmentAhead: ({ from, to, up }: { from: string; to: string; up: number }): string =>
    `the ${from} acknowledges up to number ${grouped(up)} of the ${to}'s: bytes, or a FIN, more than was captured so far`,
  /** On a SYN with ACK. */
  synAcknowledgment: once<{ to: string; shown: string }>(
    ({ to, shown }) =>
      `ack ${shown}: the ${to}'s initial number plus one: its SYN, which takes one number, has arrived.`,
  ),
  window,
  zeroWindow: {
    first: ({ from, to }) => `win 0: the ${from} has no room at all; the ${to} has to wait.`,
    again: ({ from }) => `window 0: the ${from} has no room`,
  } satisfies Text<{ from: string; to: string }>,
  windowOfUnknownScale: {
    first: ({ win }) =>
      `win ${win}: the window, in units that the handshake agreed on, which was not captured: bytes, or a power of two of them.`,
    again: ({ win }) => `window ${win}, in units unknown`,
  } satisfies Text<{ win: number }>,
  unscaledWindow: {
    first: ({ from, win }) =>
      `win ${win}: the ${from} has room for ${grouped(win)} bytes; it is not multiplied, as the sides have not both sent wscale.`,
    again: ({ win }) => `window ${grouped(win)} bytes`,
  } satisfies Text<{ from: string; win: number }>,
  options,
  length: once<{ length: number }>(({ length }) =>
    length === 0
      ? 'length 0: the number of bytes of data for the program, behind the headers; here there are none.'
      : `length ${length}: the number of bytes of data for the program, behind the headers.`,
  ),
  /** The line counts in another way than the explanation. */
  otherCount: once<object>(
    () =>
      'The line shows another number, since it counts from the first packet with ACK; here byte 1 is the first one behind the SYN.',
  ),
  startedBefore: {
    first: () =>
      'This connection began before the capture: its bytes are counted, as in the lines, from the first packet that was captured.',
    again: () => 'a connection that began before the capture',
  } satisfies Text<object>,
  nothingComplete: once<object>(() => 'No command of memcached and no answer is complete with these bytes.'),
  cut: once<object>(() => 'The capture has cut this packet: what is missing is not explained.'),
  fragment: once<object>(
    () => 'A piece of an IP packet that was too large for one: it is explained with the piece that completes it.',
  ),
  otherPort: once<object>(
    () => 'Not of a memcached port, and not explained: --port names other ports, --port auto looks at all of them.',
  ),
  udp: {
    first: ({ id, number, total }) =>
      `Over UDP there is no connection, and nothing is acknowledged or sent again. Each datagram begins with 8 bytes of memcached's own: request ${id}, a number that the client chooses and the answer repeats; datagram ${number} of ${total}; two bytes that are 0.`,
    again: ({ id, number, total }) => `request ${id}, datagram ${number} of ${total}`,
  } satisfies Text<{ id: number; number: number; total: number }>,
  udpEmpty: ({ id }: { id: number }): string => `request ${id}, a header alone`,
  missing: {
    first: ({ from, count }) =>
      `[${count} bytes missing]: the numbers show that the ${from} has sent ${bytesText(count)} that are not in the capture.`,
    again: ({ from, count }) => `${bytesText(count)} of the ${from}'s are not in the capture`,
  } satisfies Text<{ from: string; count: number }>,
  notUnderstood: once<{ protocol: string | undefined }>(({ protocol }) =>
    protocol === undefined
      ? 'These bytes are no memcached that could be understood: the middle of something, another protocol, or damaged.'
      : `The connection speaks ${protocol}, which can't be read here.`,
  ),
};
