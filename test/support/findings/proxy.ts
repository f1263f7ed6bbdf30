/**
 * A proxy that stands between clients and memcached, and does what proxies and busy servers have done:
 * `node proxy.js HOST PORT SERVER-PORT MANNER`. It says "ready" when it listens.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [host = '', port = '', serverPort = '', manner = ''] = process.argv.slice(2);

/** How it hands a client's request on; resolves with what is to be answered. */
type Manner = (line: string, ask: (request: string) => Promise<string>) => Promise<string>;

/** What the answer before was, of whatever client. */
let lastAnswer = '';

const manners: Readonly<Record<string, Manner>> = {
  honest: (line, ask) => ask(line),
  /** The third request, to whichever connection it comes, is given the answer of the one before. */
  'mixes-up': async (line, ask) => {
    const answer = await ask(line);
    const given = ++requests === 3 ? lastAnswer : answer;
    lastAnswer = answer;
    return given;
  },
  /** Asks without `noreply`, and hands on what is no success. */
  'answers-noreply': async (line, ask) => {
    if (!line.endsWith(' noreply\r\n')) return ask(line);
    const answer = await ask(line.replace(' noreply', ''));
    return /ERROR/.test(answer) ? answer : '';
  },
  /** As memcached has it. */
  'keeps-noreply': async (line, ask) => {
    if (!line.endsWith(' noreply\r\n')) return ask(line);
    await ask(line.replace(' noreply', ''));
    return '';
  },
  /** Serves one request after the other, each in 2 ms, and hangs once for 130 ms. */
  'is-busy': async (line, ask) => {
    await sleep(++requests === 5 ? 130 : 2);
    return ask(line);
  },
};

let requests = 0;

const forward = manners[manner];
if (forward === undefined) throw new Error(`no such manner: ${manner}`);

createServer({ noDelay: true }, (client) => {
  const server = connect({ host, port: Number(serverPort), noDelay: true });
  serve(client, server, forward).catch(() => client.destroy());
}).listen(Number(port), host, () => process.stdout.write('ready\n'));

async function serve(client: Socket, server: Socket, forward: Manner): Promise<void> {
  const answers = pieces(server, (text) => /^(?:VALUE .*?\r\nEND\r\n|(?!VALUE )[^\n]*\n)/s.exec(text)?.[0]);
  const ask = async (request: string): Promise<string> => {
    server.write(request, 'latin1');
    return (await answers.next()).value ?? '';
  };
  for await (const line of pieces(client, (text) => /^[^\n]*\n/.exec(text)?.[0])) {
    const answer = await forward(line, ask);
    if (answer !== '') client.write(answer, 'latin1');
  }
  client.end();
  server.end();
}

/** Cuts a stream into what `first` finds at its beginning. */
async function* pieces(socket: Socket, first: (text: string) => string | undefined): AsyncGenerator<string, undefined> {
  let text = '';
  socket.setEncoding('latin1');
  for await (const chunk of socket) {
    text += chunk;
    for (let piece = first(text); piece !== undefined; piece = first(text)) {
      text = text.slice(piece.length);
      yield piece;
    }
  }
}
