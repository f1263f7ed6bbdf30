/** The binary protocol in the log of `memcached -vv`: headers as hexadecimal numbers, keys on lines of their own. */
import type { LoggedCommand } from './server-log.ts';

/** Names of the opcodes, as in records. */
const opcodeNames: Readonly<Record<number, string>> = {
  0: 'get',
  1: 'set',
  2: 'add',
  3: 'replace',
  4: 'delete',
  5: 'increment',
  6: 'decrement',
  7: 'quit',
  8: 'flush',
  9: 'getq',
  10: 'noop',
  11: 'version',
  12: 'getk',
  13: 'getkq',
  14: 'append',
  15: 'prepend',
  16: 'stat',
  17: 'setq',
  18: 'addq',
  19: 'replaceq',
  20: 'deleteq',
  21: 'incrementq',
  22: 'decrementq',
  23: 'quitq',
  24: 'flushq',
  25: 'appendq',
  26: 'prependq',
  27: 'verbosity',
  28: 'touch',
  29: 'gat',
  30: 'gatq',
  32: 'sasl_list_mechs',
  33: 'sasl_auth',
  34: 'sasl_step',
  35: 'gatk',
  36: 'gatkq',
  48: 'rget',
  62: 'get_vbucket',
};

const headerLength = 24;

export function readBinaryHeader(header: Buffer): LoggedCommand {
  const opcode = header[1] ?? 0;
  const keyLength = header.length === headerLength ? header.readUInt16BE(2) : 0;
  return {
    protocol: 'binary',
    command: opcodeNames[opcode] ?? `0x${opcode.toString(16).padStart(2, '0')}`,
    keys: keyLength === 0 ? [] : undefined,
    replies: [],
    line: header.toString('hex'),
    replyStatus: -1,
    hasRun: keyLength === 0,
  };
}

/** True where the header is that of the command before, of which the server has not read the key yet. */
export function isRepeatedHeader(last: LoggedCommand, header: Buffer): boolean {
  return !last.hasRun && last.line === header.toString('hex');
}

/** A line about the command under way: its key, where the server writes it. */
export function binaryLine(command: LoggedCommand, line: string): void {
  if (command.hasRun) return;
  const length = Number.parseInt(command.line.slice(4, 8), 16);
  const lead = /^(?:(?:SET|ADD|REPLACE|GET|TOUCH|STATS|Deleting|incr) |Value len is|mech: )/.exec(line)?.[0];
  if (lead === undefined) return;
  command.hasRun = true;
  if (lead.endsWith(' ') && lead !== 'mech: ') command.keys = [line.slice(lead.length, lead.length + length)];
}

/** An answer belongs to the last command with its opcode and opaque. */
export function readBinaryReply(commands: readonly LoggedCommand[], header: Buffer): void {
  const opcode = header.toString('hex', 1, 2);
  const opaque = header.toString('hex', 12, 16);
  for (let index = commands.length - 1; index >= 0; index--) {
    const command = commands[index] as LoggedCommand;
    if (command.protocol !== 'binary') continue;
    if (command.line.slice(2, 4) !== opcode || command.line.slice(24, 32) !== opaque) continue;
    command.hasRun = true;
    command.replyStatus = header.readUInt16BE(6);
    return;
  }
}
