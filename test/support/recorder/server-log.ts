/**
 * What `memcached -vv` writes about every command, per connection: the judge that knows nothing of the sniffer. With
 * one worker thread (`-t 1`) the lines that belong together stand together (memcached 1.6.18, `proto_text.c`,
 * `proto_bin.c`).
 */
import { binaryLine, isRepeatedHeader, readBinaryHeader, readBinaryReply } from './server-log-binary.ts';

/** One command as the server read it. */
export interface LoggedCommand {
  readonly protocol: 'text' | 'binary';
  /** Lower case; of binary the opcode's name. */
  readonly command: string;
  /** Undefined where the server does not write it down, as for a binary append. */
  keys: string[] | undefined;
  /** What the server says it answered: lines without `>28 `, of binary none. */
  readonly replies: string[];
  /** The command line; of binary the 24 bytes of the header in hexadecimal. */
  readonly line: string;
  /** Binary only: status of the answer (the last one, of several), or -1 where none was written. */
  replyStatus: number;
  /** Binary only: false as long as the server has only read the header. */
  hasRun: boolean;
}

export interface LoggedConnection {
  /** The server's file descriptor; used again once the connection is closed. */
  readonly descriptor: number;
  readonly isUdp: boolean;
  isBinary: boolean;
  readonly commands: LoggedCommand[];
}

/** Lines about the connection itself, which begin as commands do. */
const notCommands =
  /^(?:new .* client connection|connection closed\.|connection closing from side thread\.|send buffer )/;

/** Connections in the order in which the server accepted them; bytes stand as Latin-1. */
export function parseServerLog(log: string): LoggedConnection[] {
  return new LogReader(log.split('\n')).read();
}

class LogReader {
  readonly #lines: readonly string[];
  readonly #open = new Map<number, LoggedConnection>();
  readonly #all: LoggedConnection[] = [];
  #next = 0;
  /** The binary command under way: lines without a descriptor belong to it. */
  #binary: LoggedCommand | undefined;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): LoggedConnection[] {
    while (this.#next < this.#lines.length) this.#line(this.#lines[this.#next++] as string);
    return this.#all;
  }

  #line(line: string): void {
    const protocol = /^(\d+): Client using the (ascii|binary) protocol$/.exec(line);
    if (protocol !== null) {
      const connection = this.#open.get(Number(protocol[1]));
      if (connection) connection.isBinary = protocol[2] === 'binary';
      return;
    }
    const fields = /^([<>])(\d+) (.*)$/s.exec(line);
    if (fields === null) {
      if (this.#binary !== undefined) binaryLine(this.#binary, line);
      return;
    }
    const [, side, digits, text = ''] = fields;
    const descriptor = Number(digits);
    if (side === '<') this.#received(descriptor, text);
    else this.#sent(descriptor, text);
  }

  #received(descriptor: number, text: string): void {
    const connection = this.#open.get(descriptor);
    if (connection === undefined || /^(?:new .* client connection|server listening)/.test(text)) {
      this.#opened(descriptor, text);
    } else if (text === 'Read binary protocol data:') {
      this.#binaryCommand(connection);
    } else if (notCommands.test(text)) {
      if (text === 'connection closed.') this.#open.delete(descriptor);
    } else if (this.#binary !== undefined && this.#binary === connection.commands.at(-1) && awaitsKey(this.#binary)) {
      binaryLine(this.#binary, text);
    } else if (!connection.isBinary) {
      this.#binary = undefined;
      connection.commands.push(textCommand(text));
    }
  }

  #opened(descriptor: number, text: string): void {
    const isUdp = text === 'server listening (udp)';
    if (!isUdp && !/^new .* client connection\.?$/.test(text)) return;
    const connection = { descriptor, isUdp, isBinary: text.startsWith('new binary'), commands: [] };
    this.#open.set(descriptor, connection);
    this.#all.push(connection);
  }

  #binaryCommand(connection: LoggedConnection): void {
    const header = this.#hexadecimal('<');
    // The server closes the connection when this is no header.
    if (header[0] !== 0x80) return;
    const last = connection.commands.at(-1);
    // The server writes the header again where the key had not arrived with it.
    if (last !== undefined && isRepeatedHeader(last, header)) return;
    this.#binary = readBinaryHeader(header);
    connection.commands.push(this.#binary);
  }

  #sent(descriptor: number, text: string): void {
    const connection = this.#open.get(descriptor);
    if (connection === undefined) return;
    if (text === 'Writing bin response:') readBinaryReply(connection.commands, this.#hexadecimal('>'));
    else if (!text.startsWith('Writing an error')) connection.commands.at(-1)?.replies.push(text);
  }

  /** The lines that follow, `<28    0x80 0x00 0x00 0x03`: 24 bytes of a header. */
  #hexadecimal(side: string): Buffer {
    const bytes: number[] = [];
    const row = new RegExp(`^${side}\\d+ ((?: +0x[0-9a-f]{2}){4})$`);
    while (bytes.length < 24) {
      const fields = row.exec(this.#lines[this.#next] ?? '');
      if (fields === null) break;
      bytes.push(...(fields[1] as string).trim().split(/ +/).map(Number));
      this.#next++;
    }
    return Buffer.from(bytes);
  }
}

function awaitsKey(command: LoggedCommand): boolean {
  return command.protocol === 'binary' && !command.hasRun;
}

const storage = ['set', 'add', 'replace', 'append', 'prepend', 'cas'];
const meta = ['mg', 'ms', 'md', 'ma', 'me'];
const withOneKey = new Set([...storage, ...meta, 'delete', 'incr', 'decr', 'touch']);

function textCommand(line: string): LoggedCommand {
  // Of an empty line the server leaves the return in.
  const [command = '', ...words] = line
    .replace(/\r$/, '')
    .split(' ')
    .filter((word) => word !== '');
  const name = command.toLowerCase();
  let keys: string[] = [];
  if (/^(?:get|gets|bget)$/.test(command)) keys = words;
  else if (/^gats?$/.test(command)) keys = words.slice(1);
  else if (withOneKey.has(command)) keys = words.slice(0, 1);
  const isBase64 = meta.includes(command) && words.slice(1).includes('b');
  if (isBase64) keys = keys.map((key) => Buffer.from(key, 'base64').toString('latin1'));
  return { protocol: 'text', command: name, keys, replies: [], line, replyStatus: -1, hasRun: true };
}
