/**
 * The twin of a recorded server: the same commands in the same order, but each alone, with a mark behind it whose answer
 * says that the command's own answer is complete, or that there is none. That, and the server's log of the lines that it
 * read as commands, is the truth that records are judged by.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { encodeRequest } from '../recorder/clients/binary-request.ts';
import { type Server, type ServerOptions, startServer } from '../recorder/server.ts';
import { type LoggedConnection, parseServerLog } from '../recorder/server-log.ts';
import { itemBytes } from './item.ts';
import { type Dialect, type Exchange, newAuthor, type Pace, paces, type Session, type TrueCommand } from './session.ts';

const markLine = 'mg the-twins-mark k O1';
interface Mark {
  readonly question: Buffer;
  readonly answer: Buffer;
}

const marks: Readonly<Record<'text' | 'binary', Mark>> = {
  text: { question: Buffer.from(`${markLine}\r\n`), answer: Buffer.from('EN kthe-twins-mark O1\r\n') },
  binary: { question: encodeRequest({ opcode: 0x0a, opaque: 0x6d61726b }), answer: noopAnswer(0x6d61726b) },
};

interface Conversation {
  readonly pace: Pace;
  readonly exchanges: readonly Exchange[];
}

/** Random sessions with what a fresh server answers to them, one connection after the other. */
export async function askTwin(
  dialect: Dialect,
  connections: number,
  random: Random,
  options: ServerOptions,
): Promise<Session[]> {
  const server = await startServer(options);
  try {
    const conversations: Conversation[] = [];
    for (let index = 0; index < connections; index++) {
      conversations.push({ pace: random.pick(paces), exchanges: await converse(server, dialect, random) });
    }
    if (dialect === 'binary') return conversations.map((conversation) => withCommands(conversation, undefined));
    const logged = await completeLog(server, connections);
    return conversations.map((conversation, index) => withCommands(conversation, logged[index]));
  } finally {
    await server.stop();
  }
}

async function converse({ host, port }: Server, dialect: Dialect, random: Random): Promise<Exchange[]> {
  const author = newAuthor(dialect, random);
  const mark = dialect === 'binary' ? marks.binary : marks.text;
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  const exchanges: Exchange[] = [];
  const count = random.between(1, 30);
  while (exchanges.length < count) {
    const item = author.next();
    const answer = await ask(socket, itemBytes(item), item.isLast ? undefined : mark);
    author.learn(item, answer);
    exchanges.push({ item, answer });
    if (item.isLast) break;
  }
  const closed = once(socket, 'close');
  socket.end();
  if (!socket.closed) await closed;
  return exchanges;
}

/** All that the server answers before it answers the mark; without one, before it closes. */
function ask(socket: Socket, bytes: Buffer, mark: Mark | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const done = (end: number): void => {
      socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
      resolve(heard.subarray(0, end));
    };
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const end = heard.length - (mark?.answer.length ?? 0);
      if (mark !== undefined && end >= 0 && heard.subarray(end).equals(mark.answer)) done(end);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (mark === undefined) done(heard.length);
      else reject(new Error(`the server closed after ${bytes.toString('latin1').slice(0, 100)}`));
    });
    socket.write(mark === undefined ? bytes : Buffer.concat([bytes, mark.question]));
  });
}

/** The log of all connections; the server writes it a little behind. */
async function completeLog(server: Server, connections: number): Promise<LoggedConnection[]> {
  for (let turn = 0; turn < 100; turn++) {
    const log = server.log();
    if ((log.match(/^<\d+ connection closed\.$/gm)?.length ?? 0) >= connections) {
      return parseServerLog(log).filter(({ isUdp }) => !isUdp);
    }
    await sleep(50);
  }
  throw new Error('the log of the twin is not complete');
}

function withCommands({ pace, exchanges }: Conversation, logged: LoggedConnection | undefined): Session {
  const lines = logged?.commands.map(({ line }) => line) ?? [];
  const commands = exchanges.flatMap((exchange) => {
    const { item, answer } = exchange;
    if (logged === undefined) return [{ ...item.parts[0], answer }];
    const end = lines.indexOf(markLine);
    const read = end < 0 ? lines.splice(0) : lines.splice(0, end + 1).slice(0, -1);
    return commandsOf(exchange, read);
  });
  return { pace, exchanges, commands };
}

/** What the server read of an item: one command, or one of each part. */
function commandsOf({ item, answer }: Exchange, read: readonly string[]): TrueCommand[] {
  const [first, ...others] = item.parts;
  if (read.length === 1) return [{ ...first, bytes: itemBytes(item), answer }];
  const [second] = others;
  if (read.length !== 2 || others.length !== 1 || second === undefined) {
    throw new Error(`${JSON.stringify(itemBytes(item).toString('latin1'))} was read as ${JSON.stringify(read)}`);
  }
  // The second part is always answered, with one line or with values; the first may have been told to be silent.
  const text = answer.toString('latin1');
  const values = /^(?:VALUE .*|END)\r$/m.exec(text);
  const at = values?.index ?? text.lastIndexOf('\n', text.length - 2) + 1;
  return [
    { ...first, answer: answer.subarray(0, at) },
    { ...second, answer: answer.subarray(at) },
  ];
}

function noopAnswer(opaque: number): Buffer {
  const answer = encodeRequest({ opcode: 0x0a, opaque });
  answer[0] = 0x81;
  return answer;
}
