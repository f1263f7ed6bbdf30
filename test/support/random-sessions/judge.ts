import { type JsonRecord, unescaped } from '../records.ts';
import type { PacketOf } from './client-packets.ts';
import { binaryOutcome, type Outcome, textOutcome } from './outcome.ts';
import type { Dialect, Session, TrueCommand } from './session.ts';

/** How the records of a connection compare with the truth. */
export interface Verdict {
  right: number;
  unknown: number;
  /** One line each: packet, request, what was told, what is true. */
  readonly wrong: string[];
}

interface Event extends JsonRecord {
  readonly event: string;
  readonly packet: number;
}

const noted = new Set(['command', 'unasked', 'gap', 'not_understood']);

/** `records` are those of one connection, in the order in which they were told. `isLossy`: packets are missing. */
export function judge(
  dialect: Dialect,
  { commands }: Session,
  records: readonly JsonRecord[],
  packetOf: PacketOf,
  isLossy = false,
): Verdict {
  const verdict: Verdict = { right: 0, unknown: 0, wrong: [] };
  const isNoted = ({ event }: Event): boolean =>
    isLossy ? event === 'command' || event === 'unasked' : noted.has(event);
  const told = (records as readonly Event[]).filter(isNoted);
  const lastAnswered = commands.findLastIndex(({ answer }) => answer.length > 0);
  // Which of equal requests in one packet a record is of, nothing says.
  const unproven = new Set(commands.slice(lastAnswered + 1).map(({ bytes }) => bytes.toString('latin1')));
  let offset = 0;
  for (const command of commands) {
    // A line that was refused is told at its end: what the server swallows behind it is not known yet.
    const linePacket = packetOf(offset + Math.max(0, command.bytes.indexOf('\n')));
    offset += command.bytes.length;
    const packet = packetOf(offset - 1);
    const alike = recordsOf(told, packet, command, isLossy);
    const isRefused = dialect !== 'binary' && command.answer.includes('CLIENT_ERROR');
    const { record, fault } = match(
      dialect,
      command,
      alike.length === 0 && isRefused ? recordsOf(told, linePacket, command, isLossy) : alike,
      told,
      isLossy || unproven.has(command.bytes.toString('latin1')),
    );
    // It may be that of an equal one, where not all are told.
    if (isLossy && fault !== undefined && record?.status !== 'unknown' && isOneOfSeveral(command, commands)) {
      verdict.unknown++;
      continue;
    }
    if (record !== undefined) told.splice(told.indexOf(record), 1);
    if (fault === undefined) verdict.right++;
    else if (record?.status === 'unknown' || (isLossy && record === undefined)) verdict.unknown++;
    else verdict.wrong.push(`packet ${packet}: ${describe(dialect, command)}: ${fault}`);
  }
  for (const { packet, event, msg, status } of told) {
    // Which command is meant by one that claims nothing does not matter, where not all are told.
    if (isLossy && status === 'unknown') verdict.unknown++;
    else verdict.wrong.push(`packet ${packet}: ${event} too many: ${msg}`);
  }
  return verdict;
}

function isOneOfSeveral({ command, keys: [key] }: TrueCommand, commands: readonly TrueCommand[]): boolean {
  return commands.filter((other) => other.command === command && other.keys[0] === key).length > 1;
}

/**
 * What may be the record of a command: of several like it in one packet those of the same size, with the same flags, and
 * no others where its own need not be told.
 */
function recordsOf(
  told: readonly Event[],
  packet: number,
  { command, keys, bytes }: TrueCommand,
  isLossy: boolean,
): Event[] {
  const alike = told.filter(
    (record) =>
      record.event === 'command' &&
      record.packet === packet &&
      // A line behind a value that was refused may be a user and a password.
      ((record.command === command && hasKey(record, keys)) || record.command === '(withheld)'),
  );
  // A line that was refused is told without the block that the server swallows behind it.
  const sizes = [bytes.length, bytes.indexOf('\n') + 1];
  const sameSize = alike.filter(({ requestBytes }) => sizes.includes(Number(requestBytes)));
  const line = bytes.toString('latin1', 0, Math.max(0, bytes.indexOf('\n'))).trimEnd();
  const sameFlags = sameSize.filter(({ metaFlags }) => metaFlags === undefined || line.endsWith(` ${metaFlags}`));
  if (sameFlags.length > 0 || isLossy) return sameFlags;
  return sameSize.length > 0 ? sameSize : alike;
}

/** Of records of equal requests in one packet one that is right, if any: their order says nothing. */
function match(
  dialect: Dialect,
  command: TrueCommand,
  alike: readonly Event[],
  told: Event[],
  isUnproven: boolean,
): { record: Event | undefined; fault: string | undefined } {
  let fault: string | undefined = 'not told';
  for (const record of alike) {
    fault = faultOf(dialect, command, record, told, isUnproven);
    if (fault === undefined) return { record, fault };
  }
  // One that claims nothing leaves the others to those that they may be of.
  return { record: alike.find(({ status }) => status === 'unknown') ?? alike.at(-1), fault };
}

/** Keys may stand as sent or decoded from base64; what is told of one that is too long is another matter. */
function hasKey({ key }: Event, [first]: readonly string[]): boolean {
  if (first === undefined || first.length > 250) return true;
  if (key === undefined) return first === '';
  const text = unescaped(String(key));
  return text === first || text === Buffer.from(first, 'base64').toString('latin1');
}

/** What is wrong with the record, if anything. A truth that leaves it open is right in any case. */
function faultOf(
  dialect: Dialect,
  command: TrueCommand,
  record: Event,
  told: Event[],
  isUnproven: boolean,
): string | undefined {
  const outcome = dialect === 'binary' ? binaryOutcome(command) : textOutcome(command);
  if (isAlsoRight(outcome, record, told, isUnproven)) return undefined;
  for (const field of ['status', 'hits', 'bytes'] as const) {
    const truth = outcome[field];
    if (truth !== undefined && record[field] !== truth) return `told ${field} ${record[field]}, true is ${truth}`;
  }
  return resultFault(record.result, command, outcome);
}

/** Where the contract leaves a choice. */
function isAlsoRight({ status, line }: Outcome, record: Event, told: Event[], isUnproven: boolean): boolean {
  // Silence behind which nothing was answered proves nothing.
  if (record.status === 'no_reply' && status === 'miss') return isUnproven;
  if (record.status === 'no_reply' && line !== undefined) return record.noreply === true && isToldUnasked(told, line);
  // Of words that ask for silence by the way that one version reads them.
  return record.status === 'unanswered' && status === 'no_reply' && record.noreply !== true;
}

function resultFault(result: unknown, { answer }: TrueCommand, { line }: Outcome): string | undefined {
  if (result === undefined || line === undefined) return undefined;
  const text = unescaped(String(result));
  const lines = /^(\d+) lines?$/.exec(text);
  // The END of a list is not counted.
  const isRight = lines ? answer.toString('latin1').split('\n').length - 2 === Number(lines[1]) : line.startsWith(text);
  return isRight ? undefined : `told result ${result}`;
}

/** A server may answer a request that asked for no answer: that stands in a record of its own. */
function isToldUnasked(told: Event[], line: string): boolean {
  const at = told.findIndex(({ event, text }) => event === 'unasked' && text === line);
  if (at >= 0) told.splice(at, 1);
  return at >= 0;
}

/** The request and its answer; of the binary protocol names and status in place of bytes. */
function describe(dialect: Dialect, { command, keys, bytes, answer }: TrueCommand): string {
  if (dialect !== 'binary') return `${shown(bytes)} => ${shown(answer)}`;
  const status = answer.length === 0 ? 'nothing' : `status ${answer.readUInt16BE(6)}, ${answer.length} bytes`;
  return `${[command, ...keys].join(' ').slice(0, 40)}, opaque ${bytes.readUInt32BE(12)} => ${status}`;
}

function shown(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1', 0, 90));
  return bytes.length > 90 ? `${text}…` : text;
}
