import type { Options } from 'yargs';

/**
 * The command line as data. Short options mean what they mean in tcpdump(1). A word in capitals in a description is the
 * option's value.
 */

const capture = 'Capture:';
const lines = 'Lines, as in tcpdump:';
const memcached = 'Memcached:';
const records = 'Records:';
const help = 'Help:';
const show = 'Show only packets and records of commands that match:';

export const options = {
  interface: {
    alias: 'i',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'capture live from DEV (any, lo, eth0, …)',
  },
  'list-interfaces': {
    alias: 'D',
    type: 'boolean',
    group: capture,
    describe: 'list devices and their addresses, and exit',
  },
  read: {
    alias: 'r',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'read the capture FILE: pcap or pcapng, gzipped or not; - is standard input',
  },
  write: {
    alias: 'w',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'also save the packets to FILE, as pcap; - is standard output, and then nothing else goes there',
  },
  count: { alias: 'c', type: 'string', requiresArg: true, group: capture, describe: 'stop after N packets' },
  'snapshot-length': {
    alias: 's',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'keep N bytes of each packet; 0 means the maximum',
  },
  'buffer-size': {
    alias: 'B',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: "the kernel's capture buffer: N KiB",
  },
  'relinquish-privileges': {
    alias: 'Z',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'as root: become USER before anything captured is read; the default is who called sudo, else nobody',
  },
  'no-promiscuous-mode': {
    alias: 'p',
    type: 'boolean',
    group: capture,
    describe: 'no promiscuous mode; the cap engine has no other',
  },
  linktype: {
    alias: 'y',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'capture with the link type TYPE, one of those that -L lists; not with the cap engine',
  },
  'list-data-link-types': {
    alias: 'L',
    type: 'boolean',
    group: capture,
    describe: 'list the link types of the device, and exit',
  },
  direction: {
    alias: 'Q',
    type: 'string',
    requiresArg: true,
    group: capture,
    describe: 'capture only what goes in, out, or both ways: DIR is in, out or inout; not with the cap engine',
  },
  engine: {
    type: 'string',
    default: 'auto',
    requiresArg: true,
    group: capture,
    describe:
      'who captures: ENGINE is libpcap, called directly; cap, the package of that name; tcpdump, a child process; or auto (the default), the first of these that is there',
  },

  n: { type: 'count', group: lines, describe: 'print memcached ports as numbers' },
  'absolute-tcp-sequence-numbers': { alias: 'S', type: 'boolean', group: lines, describe: 'absolute sequence numbers' },
  t: {
    type: 'count',
    group: lines,
    describe:
      'time stamps: -t none, -tt seconds since 1970, -ttt since the last packet, -tttt with the date, -ttttt since the first packet',
  },
  e: { type: 'boolean', group: lines, describe: 'print the link-level header' },
  q: { type: 'count', group: lines, describe: 'print less' },
  v: { type: 'count', group: lines, describe: 'print more; -vv still more' },
  x: { type: 'count', group: lines, describe: 'dump in hex; -xx: the link header, too' },
  X: { type: 'count', group: lines, describe: 'dump in hex and ASCII; -XX: as -xx' },
  A: { type: 'count', group: lines, describe: 'dump in ASCII; -AA: as -xx' },
  number: { alias: '#', type: 'boolean', group: lines, describe: 'number the packets' },
  'dont-verify-checksums': { alias: 'K', type: 'boolean', group: lines, describe: 'do not verify checksums' },
  'packet-buffered': { alias: ['U', 'l'], type: 'boolean', group: lines, describe: 'flush after every packet' },

  port: {
    type: 'string',
    default: '11211',
    requiresArg: true,
    group: memcached,
    describe: 'TCP ports of memcached: LIST, or auto for any port, recognized by its content; the default is 11211',
  },
  'udp-port': {
    type: 'string',
    default: '11211',
    requiresArg: true,
    group: memcached,
    describe: 'UDP ports of memcached: LIST; the default is 11211',
  },
  'no-annotate': { type: 'boolean', group: memcached, describe: "print tcpdump's lines alone" },

  limit: {
    type: 'string',
    requiresArg: true,
    group: memcached,
    describe: 'NAME=NUMBER changes one of the limits that keep memory bounded, which README.md lists; may be repeated',
  },

  json: { alias: 'j', type: 'boolean', group: records, describe: 'print JSON records instead of lines' },
  log: {
    type: 'string',
    requiresArg: true,
    group: records,
    describe: 'also append JSON records to FILE; SIGHUP reopens it',
  },
  values: {
    type: 'string',
    requiresArg: true,
    group: records,
    describe: 'keep up to N bytes of each value; the default is 0, since values may be private',
  },

  command: { type: 'string', requiresArg: true, group: show, describe: 'LIST of commands: get,gets' },
  key: { type: 'string', requiresArg: true, group: show, describe: 'GLOB for a key: user:*, with * ? and [a-z]' },
  status: {
    type: 'string',
    requiresArg: true,
    group: show,
    describe: 'LIST of statuses: hit,miss,stored,…',
  },
  'slower-than': {
    type: 'string',
    requiresArg: true,
    group: show,
    describe: 'the client waited longer than TIME: 500us, 5ms, 1s',
  },
  client: {
    type: 'string',
    requiresArg: true,
    group: show,
    describe: 'client at ADDR, with or without its port: 10.0.0.1:46103',
  },
  version: { type: 'boolean', group: help, describe: 'print the version and exit' },
} as const satisfies Record<string, Options>;

/** Short options that take a value: the rest of a bundle is theirs, as in getopt(3). */
const takesValue: ReadonlySet<string> = new Set(
  Object.values(options as Record<string, Options>)
    .filter((option) => option.type === 'string' && typeof option.alias === 'string')
    .map((option) => option.alias as string),
);

/**
 * Takes bundled short options apart as getopt(3) does: `-Xnlps0` becomes `-X -n -l -p -s 0`, `-ilo` becomes `-i lo`.
 * yargs would read letters after a value option as further options.
 */
export function unbundle(argv: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === '--') return [...result, ...argv.slice(index)];
    if (!word.startsWith('-') || word.startsWith('--') || word === '-') {
      result.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      result.push(`-${letter}`);
      if (!takesValue.has(letter)) continue;
      const rest = word.slice(at + 1);
      // A value that begins with a dash, such as `-r -`, would look like an option: yargs takes it behind `=`.
      const value = rest !== '' ? rest : argv[++index];
      if (value !== undefined) result[result.length - 1] = `-${letter}=${value}`;
      break;
    }
  }
  return result;
}
