import { encodeMessage, encodePacket } from '../binary-messages.ts';
import type { Exchange, ExpectedCommand, Surprise } from './exchange.ts';

/** Kinds of exchanges in an order in which no two neighbours have the same opcode. */
const kinds: readonly ((key: string, number: number) => readonly [string, string, ExpectedCommand])[] = [
  (key) => [`get key=${key}`, 'get flags=0 value=abc', { command: 'get', key, status: 'hit', bytes: 3 }],
  (key) => [
    `set key=${key} flags=0 exptime=0 value=ab`,
    'set cas=9',
    { command: 'set', key, status: 'stored', bytes: 2 },
  ],
  (key) => [`get key=${key}`, 'get status=1 value=Not\\sfound', { command: 'get', key, status: 'miss' }],
  (key, number) => {
    const expected = { command: 'increment', key, status: 'ok', result: String(1000 + number) };
    return [`increment key=${key} delta=7 initial=0 exptime=0`, `increment number=${1000 + number}`, expected];
  },
  (key) => [`delete key=${key}`, 'delete', { command: 'delete', key, status: 'deleted' }],
  (key) => [`getk key=${key}`, `getk key=${key} flags=0 value=a`, { command: 'getk', key, status: 'hit', bytes: 1 }],
  () => ['noop', 'noop', { command: 'noop', key: undefined, status: 'ok' }],
  (key) => [`add key=${key} flags=0 exptime=0 value=a`, 'add status=2', { command: 'add', key, status: 'exists' }],
  (key) => [`touch key=${key} exptime=60`, 'touch', { command: 'touch', key, status: 'touched' }],
  (key) => [`delete key=${key}`, 'delete status=1', { command: 'delete', key, status: 'not_found' }],
];

const surpriseOpaque = 0xabc;
const foreignOpaque = 0xdeadbeef;

/** `count` ordinary exchanges of the binary protocol; `first`, from 0, says with which kind they begin. */
export function ordinaryBinary(count: number, first: number): Exchange[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[(first + index) % kinds.length] as (typeof kinds)[number];
    const [request, answer, expected] = kind(`o${index}`, index);
    const opaque = `opaque=${0x1000 + index}`;
    return {
      request: encodeMessage(true, `${request} ${opaque}`),
      answer: encodeMessage(false, `${answer} ${opaque}`),
      expected,
    };
  });
}

/** An opcode: what a request has behind the opcode's name, and the answer where it succeeds; messages of one packet. */
type Row = readonly [opcode: string, request: string, success?: string];

const stored = 'key=k flags=0 exptime=0 value=xx';
const counted = 'key=k delta=1 initial=0 exptime=0';

/** Those that are always answered. */
const loud: readonly Row[] = [
  ['get', 'key=k', 'flags=0 value=xx'],
  ['set', stored],
  ['add', stored],
  ['replace', stored],
  ['delete', 'key=k'],
  ['increment', counted, 'number=5'],
  ['decrement', counted, 'number=5'],
  ['flush', ''],
  ['noop', ''],
  ['version', '', 'value=1.6.18'],
  ['getk', 'key=k', 'key=k flags=0 value=xx'],
  ['append', 'key=k value=xx'],
  ['prepend', 'key=k value=xx'],
  ['stat', '', 'key=pid value=1 | '],
  ['verbosity', 'extras=00000001'],
  ['touch', 'key=k exptime=60'],
  ['gat', 'key=k exptime=60', 'flags=0 value=xx'],
  ['sasl_list_mechs', '', 'value=PLAIN'],
  ['sasl_auth', 'key=PLAIN value=\\x00user\\x00word', 'value=Authenticated'],
  ['sasl_step', 'key=PLAIN value=\\x00user\\x00word', 'value=Authenticated'],
  ['gatk', 'key=k exptime=60', 'key=k flags=0 value=xx'],
  // A range, a vbucket, and what other servers have: hello, a bucket, a cluster's nodes; then nobody's.
  ['0x30', 'key=k', 'value=xx'],
  ['0x3e', 'extras=00000001'],
  ['0x1f', 'key=agent value=\\x00\\x01', 'value=\\x00\\x01'],
  ['0x89', 'key=bucket'],
  ['0x60', 'key=cluster', 'value=xx'],
  ['0xee', 'key=k'],
];

const quiet: readonly Row[] = [
  ['getq', 'key=k', 'flags=0 value=xx'],
  ['getkq', 'key=k', 'key=k flags=0 value=xx'],
  ['gatq', 'key=k exptime=60', 'flags=0 value=xx'],
  ['gatkq', 'key=k exptime=60', 'key=k flags=0 value=xx'],
  ['setq', stored],
  ['addq', stored],
  ['replaceq', stored],
  ['deleteq', 'key=k'],
  ['incrementq', counted, 'number=5'],
  ['decrementq', counted, 'number=5'],
  ['flushq', ''],
  ['appendq', 'key=k value=xx'],
  ['prependq', 'key=k value=xx'],
  ['quit', ''],
  ['quitq', ''],
];

/** All that protocol_binary.h and BinaryProtocolRevamped name, and one that they don't. */
const statusCodes = [0, 1, 2, 3, 4, 5, 6, 7, 0x20, 0x21, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x99];

/** How an answer differs from the one that its request waits for, beside its status. */
const disguises: Readonly<Record<string, { readonly opaque: number; readonly isOtherOpcode: boolean }>> = {
  'its opaque': { opaque: surpriseOpaque, isOtherOpcode: false },
  'a foreign opaque': { opaque: foreignOpaque, isOtherOpcode: false },
  'another opcode': { opaque: surpriseOpaque, isOtherOpcode: true },
};

/** Each opcode with each status, with the opaque and opcode of the request and with others. */
export function binarySurprises(): Surprise[] {
  return [...crossed(loud, 'always'), ...crossed(quiet, 'sometimes')];
}

function crossed(rows: readonly Row[], isDue: Surprise['isDue']): Surprise[] {
  return rows.flatMap((row) =>
    statusCodes.flatMap((status) =>
      Object.entries(disguises).map(([disguise, { opaque, isOtherOpcode }]) => {
        const [opcode, request] = row;
        return {
          asked: opcode,
          form: `status 0x${status.toString(16)}, ${disguise}`,
          request: encodeMessage(true, `${opcode} ${request} opaque=${surpriseOpaque}`),
          answer: answerOf(isOtherOpcode ? otherThan(opcode) : row, status, opaque),
          isDue,
        };
      }),
    ),
  );
}

function answerOf([opcode, , success = '']: Row, status: number, opaque: number): Buffer {
  const messages = status === 0 ? success.split(' | ') : ['value=no\\sluck'];
  const packet = messages.map((fields) => `${opcode} status=${status} ${fields} opaque=${opaque}`).join(' | ');
  return encodePacket(false, packet);
}

function otherThan(opcode: string): Row {
  return opcode === 'get' ? ['delete', ''] : ['get', '', 'flags=0 value=xx'];
}
