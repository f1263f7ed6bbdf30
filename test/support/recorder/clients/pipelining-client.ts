import { once } from 'node:events';
import { connect } from 'node:net';
import { Random } from '../../random.ts';
import type { Target } from '../recording.ts';

/** Requests that this client keeps under way, and how many it sends in all. */
const underWay = 8;
const requests = 1200;

/**
 * A client that does not wait: it sends the next request as soon as fewer than eight are unanswered, each in a segment
 * of its own, so that several are always under way. Commands and keys are mixed, so that the order of the answers
 * shows.
 */
export async function pipeliningClient({ host, port }: Target): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  const random = new Random(1);
  let sent = 0;
  let answered = 0;
  let rest = '';
  const sendOn = (): void => {
    while (sent < requests && sent - answered < underWay) {
      sent++;
      socket.write(request(random));
    }
  };
  const done = new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error(`the server closed after ${answered} answers`)));
    socket.on('data', (chunk: Buffer) => {
      const { count, left } = countAnswers(rest + chunk.toString('latin1'));
      rest = left;
      answered += count;
      if (answered === requests) resolve();
      sendOn();
    });
  });
  sendOn();
  await done;
  socket.removeAllListeners('close');
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

function request(random: Random): string {
  const key = `key${random.below(200)}`;
  const value = 'v'.repeat(1 + random.below(60));
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return `set ${key} 0 0 ${value.length}\r\n${value}\r\n`;
    case 3:
      return `delete ${key}\r\n`;
    case 4:
      return `touch ${key} 100\r\n`;
    case 5:
      return `mg ${key} v k\r\n`;
    default:
      return `get ${key} ${key}x\r\n`;
  }
}

/** How many whole answers the text holds, and what is left of it. */
function countAnswers(text: string): { count: number; left: string } {
  let count = 0;
  let at = 0;
  for (let from = 0; ; ) {
    const end = text.indexOf('\n', from);
    if (end < 0) return { count, left: text.slice(at) };
    const words = text.slice(from, end).trimEnd().split(' ');
    const isValue = words[0] === 'VALUE';
    from = end + 1;
    if (isValue || words[0] === 'VA') from += Number(words[isValue ? 3 : 1]) + 2;
    if (from > text.length) return { count, left: text.slice(at) };
    if (isValue) continue;
    count++;
    at = from;
  }
}
