import { LinkType } from '../../protocols/packet.ts';
import { at, type BuiltPacket, pcapFile } from './capture-file.ts';
import { type Endpoint, ipv4, linuxCooked, type TcpOption, tcp } from './headers.ts';

/**
 * What the packets with data carried, in the transcript's order. The transcript gives only lengths; the
 * texts follow from what was typed (29 bytes of answer: a value of 4 for `userId`). Which four bytes the
 * value of `userId` had is not known.
 */
const payloads = [
  'get userId\r\n',
  'VALUE userId 0 4\r\n1001\r\nEND\r\n',
  'set username 0 0 4\r\n',
  'nick\r\n',
  'STORED\r\n',
  'get username\r\n',
  'VALUE username 0 4\r\nnick\r\nEND\r\n',
  'quit\r\n',
];

/** The transcript gives times of day only; they are taken as UTC, so that TZ=UTC prints them again. */
const date = '2012-07-24';

const memcachedPort = 11211;

const packetLine =
  /^(\S+) IP (\S+) > (\S+): Flags \[([^\]]+)\], (?:seq (\d+)(?::\d+)?, )?(?:ack (\d+), )?win (\d+), options \[([^\]]*)\], length (\d+)$/;

/** What one direction of one connection has sent so far, in absolute sequence numbers. */
interface Direction {
  isn: number;
  next: number;
}

/** A capture, as `tcpdump -i any -w` on the server would have written it, of the packets that a transcript shows. */
export function captureOfTranscript(transcript: string): Buffer {
  const directions = new Map<string, Direction>();
  const packets: BuiltPacket[] = [];
  const unused = [...payloads];
  for (const [index, text] of transcript.trimEnd().split('\n').entries()) {
    const fields = packetLine.exec(text);
    if (fields === null) throw new Error(`line ${index + 1} of the transcript is not a TCP packet: ${text}`);
    const [, time = '', source = '', destination = '', flags = '', seq, ack = '0', window, options = '', length] =
      fields;
    const payload = Buffer.from(Number(length) > 0 ? (unused.shift() ?? '') : '');
    if (payload.length !== Number(length)) {
      throw new Error(`line ${index + 1} has ${length} bytes of data, not ${payload.length}`);
    }
    // tcpdump prints a connection's numbers in full on its SYNs, and relative to them from then on.
    const isSyn = flags.includes('S');
    const forward = `${source} ${destination}`;
    if (isSyn) directions.set(forward, { isn: Number(seq), next: Number(seq) });
    const from = directions.get(forward) ?? { isn: 0, next: 0 };
    const to = directions.get(`${destination} ${source}`) ?? { isn: 0, next: 0 };
    const absolute = isSyn || seq === undefined ? from.next : from.isn + Number(seq);
    from.next = absolute + payload.length + (/[SF]/.test(flags) ? 1 : 0);
    const fromServer = endpoint(source).port === memcachedPort;
    const segment = tcp(payload, {
      source: endpoint(source),
      destination: endpoint(destination),
      seq: absolute,
      ack: isSyn ? Number(ack) : to.isn + Number(ack),
      flags,
      window: Number(window),
      options: options.split(',').map(tcpOption),
    });
    const datagram = ipv4(segment, {
      source: endpoint(source).address,
      destination: endpoint(destination).address,
      id: (fromServer ? 0x4000 : 0x1000) + index,
      dontFragment: true,
    });
    packets.push({
      bytes: linuxCooked(datagram, {
        packetType: fromServer ? 4 : 0,
        source: fromServer ? '02:00:0a:08:22:1b' : '02:00:0a:08:22:0d',
      }),
      ...at(Date.parse(`${date}T00:00:00Z`) * 1000 + microsecondsOfDay(time)),
    });
  }
  return pcapFile(packets, { linkType: LinkType.linuxCooked });
}

function microsecondsOfDay(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0, fraction = 0] = time.split(/[:.]/).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1e6 + fraction;
}

/** `10.8.34.27.memcache` or `10.8.34.13.46103`. */
function endpoint(text: string): Endpoint {
  const at = text.lastIndexOf('.');
  const port = text.slice(at + 1);
  return { address: text.slice(0, at), port: port === 'memcache' ? memcachedPort : Number(port) };
}

function tcpOption(text: string): TcpOption {
  const [name = '', first, second, third, fourth] = text.split(' ');
  switch (name) {
    case 'nop':
    case 'sackOK':
      return { kind: name };
    case 'mss':
    case 'wscale':
      return { kind: name, value: Number(first) };
    case 'TS':
      if (first === 'val' && third === 'ecr') return { kind: 'ts', value: Number(second), echo: Number(fourth) };
      break;
  }
  throw new Error(`unknown TCP option in the transcript: ${text}`);
}
