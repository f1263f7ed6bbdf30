import { grouped } from '../numbers.ts';
import { type Expiry, once, type Text } from '../texts.ts';
import { bytesText, duration } from './amounts.ts';

/** What is said of commands. */

/** Behind the command line and a colon. What binary opcodes do that have a q or a k behind these names is told apart. */
const descriptions = {
  get: 'asks for the value of each key named.',
  gets: 'asks for the value of each key named, and for its cas unique, a number that changes with every change of the item.',
  bget: 'an old form of get.',
  gat: 'get and touch: asks for the values, and sets a new expiration time.',
  gats: 'get and touch: as gat, and asks for the cas unique, too, a number that changes with every change of the item.',
  set: 'stores a value under the key, whether there is one already or not.',
  add: 'stores a value only if the server has none under the key.',
  replace: 'stores a value only if the server has one under the key already.',
  append: 'adds bytes behind the value that the key has.',
  prepend: 'adds bytes before the value that the key has.',
  cas: 'check and set: stores a value only if nobody has changed the item since the client got this cas unique.',
  delete: 'removes the item.',
  incr: 'adds to a number that is stored in decimal digits.',
  decr: 'subtracts from a number that is stored in decimal digits; it stops at 0.',
  touch: 'sets a new expiration time without asking for the value.',
  flush_all: 'makes every item of the server expire.',
  verbosity: 'sets how much the server writes into its own log.',
  cache_memlimit: 'sets the most memory that items may take, in megabytes.',
  slabs: 'governs how memory moves between slab classes, each of which holds items of about one size.',
  lru: 'sets how the server chooses the items that it drops when memory is short.',
  lru_crawler: 'governs the thread that looks for items that have expired, or lists all items.',
  extstore: 'sets how items are kept on disk.',
  refresh_certs: 'reads the TLS certificates anew.',
  debugtime: "changes the server's clock, for tests.",
  debugitem: 'looks into an item, for tests of the server.',
  watch: 'turns the connection into a log of what the server does.',
  stats: 'asks for statistics.',
  config: 'asks a hosted cache for its nodes; it is not of memcached itself.',
  version: 'asks for the version of the server.',
  shutdown: 'asks the server to end.',
  quit: 'asks the server to close the connection; there is no answer to it.',
  mg: 'meta get: asks about one item; each flag behind the key asks for one thing, or says how.',
  ms: 'meta set: stores a value; the number behind the key is its length.',
  md: 'meta delete: removes an item, or only its value, or marks it as stale.',
  ma: 'meta arithmetic: adds to a number that is stored in decimal digits, or subtracts from it.',
  me: 'meta debug: asks for all that the server knows of an item, except its value.',
  mn: 'meta no-op: does nothing; its answer shows that everything before has been done.',
  increment: 'adds to a number that is stored in decimal digits.',
  decrement: 'subtracts from a number that is stored in decimal digits; it stops at 0.',
  flush: 'makes every item of the server expire.',
  noop: 'does nothing; its answer shows that everything before has been done.',
  stat: 'asks for statistics; each comes in a message of its own, the last one is empty.',
  sasl_list_mechs: 'asks how a client can authenticate itself (SASL).',
  sasl_auth: 'begins to authenticate with a mechanism of SASL; the credentials are not shown.',
  sasl_step: 'goes on authenticating; the credentials are not shown.',
};

function when(expiry: Expiry): string {
  switch (expiry.kind) {
    case 'never':
      return 'never expires';
    case 'at_once':
      return 'expires at once';
    case 'after':
      return `expires after ${duration(expiry.seconds)}`;
    case 'on':
      return `expires on ${expiry.date}`;
    case 'was_on':
      return `expires at once, ${expiry.date} being past`;
  }
}

/** Only in a command that makes everything expire, where it is a delay. */
const delay: Text<Expiry> = {
  first: (expiry) => `${expiry.raw}: ${whenFlushed(expiry)}.`,
  again: (expiry) => `${expiry.raw}: ${whenFlushed(expiry)}`,
};

function whenFlushed(expiry: Expiry): string {
  switch (expiry.kind) {
    case 'after':
      return `after ${duration(expiry.seconds)}`;
    case 'on':
      return `on ${expiry.date}`;
    default:
      return 'at once';
  }
}

const exptime: Text<Expiry> = {
  first: (expiry) =>
    `exptime ${expiry.raw}: the item ${when(expiry)}. 0 means never, a number up to 2,592,000 (30 days) so many seconds from now, a larger one a date, in seconds since 1970, and a negative one at once. Where memory is short the server may drop an item earlier.`,
  again: (expiry) => `exptime ${expiry.raw}: ${when(expiry)}`,
};

export const commandTexts = {
  descriptions,
  /** A command that memcached does not know. */
  unknown: once<object>(() => 'memcached knows no such command.'),
  empty: once<object>(() => 'An empty line, which is no command.'),
  key: once<{ key: string }>(
    ({ key }) => `${key} is the key: the name of the item, up to 250 bytes without blanks and control characters.`,
  ),
  severalKeys: once<{ count: number }>(({ count }) => `${grouped(count)} keys: one answer tells of all of them.`),
  flags: {
    first: ({ flags }) =>
      `flags ${flags}: a number that the server keeps with the value and gives back; its meaning is up to the clients.`,
    again: ({ flags }) => `flags ${flags}`,
  } satisfies Text<{ flags: string }>,
  /** Of append and prepend. Source: memcached doc/protocol.txt, "Storage commands". */
  ignoredFields: once<object>(() => 'flags and exptime are ignored here: the item keeps those that it has.'),
  exptime,
  /** As an item's own: `expires after 1 min 40 s`. */
  expiry: when,
  delay,
  bytes: {
    first: ({ bytes }) =>
      `bytes ${bytes}: the length of the value, which follows on the next line; the line end behind it is not counted.`,
    again: ({ bytes }) => `${bytesText(bytes)} of value`,
  } satisfies Text<{ bytes: string }>,
  binaryBytes: {
    first: ({ bytes }) => `Behind the key ${bytesText(bytes)} of value; the lengths in the header tell how many.`,
    again: ({ bytes }) => `${bytesText(bytes)} of value`,
  } satisfies Text<{ bytes: string }>,
  cas: {
    first: ({ cas }) => `cas unique ${cas}: only if the item still has this number.`,
    again: ({ cas }) => `cas unique ${cas}`,
  } satisfies Text<{ cas: string }>,
  delta: {
    first: ({ delta }) => `${delta}: by how much.`,
    again: ({ delta }) => `by ${grouped(delta)}`,
  } satisfies Text<{ delta: string }>,
  noreply: once<object>(() => 'noreply: the server is not to answer.'),
  /** The line announces a value that is not in this packet. */
  valueToCome: once<object>(() => 'The server now waits for the value.'),
  value: {
    first: ({ command, bytes }) =>
      `The value that ${command} announced, ${bytesText(bytes)}, and the line end behind it, \\r\\n; they complete the command.`,
    again: ({ command, bytes }) => `the value of ${command}, ${bytesText(bytes)}`,
  } satisfies Text<{ command: string; bytes: string }>,
  binary: once<object>(
    () =>
      'The binary protocol: each message begins with 24 bytes that hold a magic byte (0x80 a request, 0x81 an answer), the opcode, the lengths of key, extras (numbers of fixed length) and body, an opaque number that the answer repeats, and the cas unique.',
  ),
  opcode: once<{ name: string; code: string; description: string }>(
    ({ name, code, description }) => `opcode ${code} is ${name}: ${description}`,
  ),
  foreign: 'not of memcached itself.',
  binaryQuit: 'asks the server to close the connection; its answer comes first.',
  quiet: once<object>(
    () => 'The q in its name: quiet. It is answered only if there is something to tell: a hit, or an error.',
  ),
  keyed: once<object>(() => 'The k in its name: the answer repeats the key.'),
  binaryCounter: {
    first: ({ exptime: expiry }) =>
      expiry === undefined
        ? 'exptime 0xffffffff: where there is no such item none is made.'
        : `exptime ${expiry.raw}: where there is no such item, one is made with the initial value of the request; it ${when(expiry)}.`,
    again: ({ exptime: expiry }) => (expiry === undefined ? 'none is made' : `made if missing, ${when(expiry)}`),
  } satisfies Text<{ exptime: Expiry | undefined }>,
  more: ({ count }: { count: number }) => `and ${grouped(count)} more, explained alike.`,
};
