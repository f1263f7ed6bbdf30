import { maxKeyLength } from '../constants.ts';
import type { Header } from './header.ts';

/** What a command does, as far as its answer's meaning depends on it. */
export const CommandKind = {
  retrieval: 0,
  storage: 1,
  deletion: 2,
  touch: 3,
  arithmetic: 4,
  /** Answered by one message for each line, and one without a key at the end. */
  stat: 5,
  version: 6,
  mechanisms: 7,
  /** Its value is a credential: it is counted, and appears nowhere. */
  authentication: 8,
  quit: 9,
  other: 10,
} as const;

export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

/** What a request has after its header. The server refuses another form and closes the connection. */
interface Layout {
  /** Lengths of the extras that the server accepts; undefined where it does not know the command at all. */
  readonly extras: readonly number[] | undefined;
  readonly key: 'required' | 'optional' | 'none';
  /** `ignored`: the server reads no value here, so that what the header counts as one starts the next message. */
  readonly value: 'taken' | 'ignored' | 'none';
}

export interface Opcode extends Layout {
  readonly code: number;
  /** Lower case; `0x5f` where the code is not defined. */
  readonly name: string;
  readonly kind: CommandKind;
  /** Quiet commands are only answered when they find something (retrieval) or fail (all others). */
  readonly isQuiet: boolean;
  /** True where the answer to a hit carries the key. */
  readonly answersKey: boolean;
}

const bare: Layout = { extras: [0], key: 'none', value: 'none' };
const keyed: Layout = { extras: [0], key: 'required', value: 'none' };
/** Flags and exptime. */
const stored: Layout = { extras: [8], key: 'required', value: 'taken' };
const concatenated: Layout = { extras: [0], key: 'required', value: 'taken' };
/** Delta and initial value, 64 bits each, and exptime. */
const counted: Layout = { extras: [20], key: 'required', value: 'none' };
/** Exptime. */
const touched: Layout = { extras: [4], key: 'required', value: 'ignored' };
/** Exptime, where there is any. */
const flushed: Layout = { extras: [0, 4], key: 'none', value: 'none' };
const listed: Layout = { extras: [0], key: 'optional', value: 'ignored' };
/** Defined on paper or by other servers; memcached 1.6 answers `unknown_command`. */
const foreign: Layout = { extras: undefined, key: 'optional', value: 'taken' };

type Row = readonly [code: number, name: string, kind: CommandKind, layout: Layout];

const { retrieval, storage, deletion, touch, arithmetic, stat, version, mechanisms, authentication, quit, other } =
  CommandKind;

/** Source: memcached protocol_binary.h and the wiki's BinaryProtocolRevamped (verbosity, ranges, vbuckets, TAP). */
const rows: readonly Row[] = [
  [0x00, 'get', retrieval, keyed],
  [0x01, 'set', storage, stored],
  [0x02, 'add', storage, stored],
  [0x03, 'replace', storage, stored],
  [0x04, 'delete', deletion, keyed],
  [0x05, 'increment', arithmetic, counted],
  [0x06, 'decrement', arithmetic, counted],
  [0x07, 'quit', quit, bare],
  [0x08, 'flush', other, flushed],
  [0x09, 'getq', retrieval, keyed],
  [0x0a, 'noop', other, bare],
  [0x0b, 'version', version, bare],
  [0x0c, 'getk', retrieval, keyed],
  [0x0d, 'getkq', retrieval, keyed],
  [0x0e, 'append', storage, concatenated],
  [0x0f, 'prepend', storage, concatenated],
  [0x10, 'stat', stat, listed],
  [0x11, 'setq', storage, stored],
  [0x12, 'addq', storage, stored],
  [0x13, 'replaceq', storage, stored],
  [0x14, 'deleteq', deletion, keyed],
  [0x15, 'incrementq', arithmetic, counted],
  [0x16, 'decrementq', arithmetic, counted],
  [0x17, 'quitq', quit, bare],
  [0x18, 'flushq', other, flushed],
  [0x19, 'appendq', storage, concatenated],
  [0x1a, 'prependq', storage, concatenated],
  [0x1b, 'verbosity', other, foreign],
  [0x1c, 'touch', touch, touched],
  [0x1d, 'gat', retrieval, touched],
  [0x1e, 'gatq', retrieval, touched],
  [0x20, 'sasl_list_mechs', mechanisms, bare],
  [0x21, 'sasl_auth', authentication, concatenated],
  [0x22, 'sasl_step', authentication, concatenated],
  [0x23, 'gatk', retrieval, touched],
  [0x24, 'gatkq', retrieval, touched],
  [0x30, 'rget', other, foreign],
  [0x31, 'rset', other, foreign],
  [0x32, 'rsetq', other, foreign],
  [0x33, 'rappend', other, foreign],
  [0x34, 'rappendq', other, foreign],
  [0x35, 'rprepend', other, foreign],
  [0x36, 'rprependq', other, foreign],
  [0x37, 'rdelete', other, foreign],
  [0x38, 'rdeleteq', other, foreign],
  [0x39, 'rincr', other, foreign],
  [0x3a, 'rincrq', other, foreign],
  [0x3b, 'rdecr', other, foreign],
  [0x3c, 'rdecrq', other, foreign],
  [0x3d, 'set_vbucket', other, foreign],
  [0x3e, 'get_vbucket', other, foreign],
  [0x3f, 'del_vbucket', other, foreign],
  [0x40, 'tap_connect', other, foreign],
  [0x41, 'tap_mutation', other, foreign],
  [0x42, 'tap_delete', other, foreign],
  [0x43, 'tap_flush', other, foreign],
  [0x44, 'tap_opaque', other, foreign],
  [0x45, 'tap_vbucket_set', other, foreign],
  [0x46, 'tap_checkpoint_start', other, foreign],
  [0x47, 'tap_checkpoint_end', other, foreign],
];

/** One for each value that the opcode's byte can have. */
const opcodes: readonly Opcode[] = allOpcodes();

function allOpcodes(): Opcode[] {
  const all = Array.from({ length: 256 }, (_, code) =>
    opcode([code, `0x${code.toString(16).padStart(2, '0')}`, other, foreign]),
  );
  for (const row of rows) all[row[0]] = opcode(row);
  return all;
}

function opcode([code, name, kind, layout]: Row): Opcode {
  // No name but a quiet one's ends with a q. Those that memcached does not know are always answered.
  const isQuiet = layout !== foreign && name.endsWith('q');
  return { code, name, kind, isQuiet, answersKey: /^g[ae]tkq?$/.test(name), ...layout };
}

export function opcodeOf(code: number): Opcode {
  return opcodes[code] as Opcode;
}

/** True where the server knows the command: `extras` then says what it accepts. */
export function isServed(opcode: Opcode): boolean {
  return opcode.extras !== undefined;
}

/** True where a request has the form that the server accepts for its opcode. */
export function isWellFormed(opcode: Opcode, header: Header): boolean {
  if (header.keyLength > maxKeyLength) return false;
  if (opcode.extras === undefined) return true;
  if (!opcode.extras.includes(header.extrasLength)) return false;
  if (opcode.key === 'required' ? header.keyLength === 0 : opcode.key === 'none' && header.keyLength > 0) return false;
  return opcode.value !== 'none' || header.valueLength === 0;
}
