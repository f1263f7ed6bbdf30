import { encodeMessage } from '../binary-messages.ts';

/** What one command of the script is, and what the server says to it: all that a summary is to tell of it. */
export interface Said {
  readonly send: Buffer;
  readonly answer: Buffer;
  readonly command: string;
  readonly keys: readonly KeyUse[];
  readonly status: 'stored' | 'error' | 'unanswered' | 'other';
}

/** What became of a key; of commands that retrieve nothing `isHit` is undefined. */
export interface KeyUse {
  readonly key: string;
  readonly isHit?: boolean;
  /** Length of the value that was carried. */
  readonly bytes: number;
}

/** Commands that are sent in one write, and how long the proxy holds their answers. */
export interface Step {
  readonly commands: readonly Said[];
  readonly holdMs: number | 'forever';
}

/** A connection. */
export interface Session {
  readonly client: string;
  readonly isProxied: boolean;
  readonly end: 'fin' | 'rst';
  readonly steps: readonly Step[];
}

export const clients = {
  text: '127.9.1.1',
  meta: '127.9.1.2',
  binary: '127.9.1.3',
  proxied: '127.9.1.4',
} as const;

/** The pattern of each key, by the key's first word. */
const patterns: Readonly<Record<string, string>> = {
  user: 'user:{n}:profile',
  session: 'session:{uuid}',
  page: 'page/{hex}',
  geo: 'geo:{ip}',
  tag: 'tag:{*}',
  visits: 'visits',
};

export function patternOf(key: string): string {
  const pattern = patterns[/^[a-z]+/.exec(key)?.[0] ?? ''];
  if (pattern === undefined) throw new Error(`no pattern is stated of ${key}`);
  return pattern;
}

function text(
  command: string,
  send: string,
  answer: string,
  keys: readonly KeyUse[] = [],
  status: Said['status'] = 'other',
): Said {
  return { send: Buffer.from(send), answer: Buffer.from(answer), command, keys, status };
}

/** Messages as in test/support/binary-messages.ts; one that stays silent has no answer. */
function binary(
  send: string,
  answer: string | undefined,
  keys: readonly KeyUse[] = [],
  status: Said['status'] = 'other',
): Said {
  const said = answer === undefined ? Buffer.alloc(0) : encodeMessage(false, answer);
  return { send: encodeMessage(true, send), answer: said, command: send.split(' ')[0] as string, keys, status };
}

function at(...commands: readonly Said[]): Step {
  return { commands, holdMs: 0 };
}

const hit = (key: string, bytes: number): KeyUse => ({ key, isHit: true, bytes });
const miss = (key: string): KeyUse => ({ key, isHit: false, bytes: 0 });
const carried = (key: string, bytes: number): KeyUse => ({ key, bytes });
const named = (key: string): KeyUse => ({ key, bytes: 0 });

const user = (number: number): string => `user:${number}:profile`;
const session = (number: number): string => `session:5f0c1d2e-0000-4000-8000-${`${number}`.padStart(12, '0')}`;
const page = (digit: string): string => `page/9d3b07ac41${digit}`;
const geo = (number: number): string => `geo:10.20.30.${number}`;
/** Letters only: a word with digits would be folded for itself. */
const tag = (number: number): string => `tag:${String.fromCharCode(103 + (number % 8), 103 + Math.floor(number / 8))}`;

/** More than 50 words at one place, so that they are one pattern. */
const tags = Array.from({ length: 60 }, (_, index) => tag(index));

function set(key: string, value: string, flags = 0): Said {
  const send = `set ${key} ${flags} 0 ${value.length}\r\n${value}\r\n`;
  return text('set', send, 'STORED\r\n', [carried(key, value.length)], 'stored');
}

function getHit(key: string, value: string): Said {
  const answer = `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n`;
  return text('get', `get ${key}\r\n`, answer, [hit(key, value.length)]);
}

const getMiss = (key: string): Said => text('get', `get ${key}\r\n`, 'END\r\n', [miss(key)]);

const large = 'v'.repeat(30_000);

/** One after the other, in pipelines, several keys at once, without a reply, and wrong ones. */
const textSteps: readonly Step[] = [
  at(set(user(101), 'alice')),
  at(getHit(user(101), 'alice')),
  at(getMiss(user(102))),
  at(...tags.map((key) => set(key, key))),
  at(set(geo(7), large), getHit(geo(7), large), getMiss(geo(8))),
  at(
    text(
      'get',
      `get ${user(101)} ${user(102)} ${geo(7)} ${tag(0)}\r\n`,
      `VALUE ${user(101)} 0 5\r\nalice\r\nVALUE ${geo(7)} 0 30000\r\n${large}\r\nVALUE ${tag(0)} 0 6\r\n${tag(0)}\r\nEND\r\n`,
      [hit(user(101), 5), miss(user(102)), hit(geo(7), 30_000), hit(tag(0), 6)],
    ),
  ),
  // The same key twice, and none that is there.
  at(
    text('get', `get ${tag(1)} ${tag(1)}\r\n`, `${`VALUE ${tag(1)} 0 6\r\n${tag(1)}\r\n`.repeat(2)}END\r\n`, [
      hit(tag(1), 6),
      hit(tag(1), 6),
    ]),
  ),
  at(text('get', `get ${geo(1)} ${geo(2)} ${geo(3)}\r\n`, 'END\r\n', [miss(geo(1)), miss(geo(2)), miss(geo(3))])),
  at(
    text('set', `set ${session(1)} 0 0 9 noreply\r\nloggedin!\r\n`, '', [carried(session(1), 9)]),
    text('delete', `delete ${session(2)} noreply\r\n`, '', [named(session(2))]),
    text('incr', 'incr visits 1 noreply\r\n', '', [named('visits')]),
    getHit(session(1), 'loggedin!'),
  ),
  at(text('set', 'set visits 0 0 2\r\n41\r\n', 'STORED\r\n', [carried('visits', 2)], 'stored')),
  at(text('incr', 'incr visits 1\r\n', '42\r\n', [named('visits')])),
  at(text('add', `add ${user(101)} 0 0 3\r\nbob\r\n`, 'NOT_STORED\r\n', [carried(user(101), 3)])),
  at(text('touch', `touch ${user(101)} 0\r\n`, 'TOUCHED\r\n', [named(user(101))])),
  at(text('delete', `delete ${user(102)}\r\n`, 'NOT_FOUND\r\n', [named(user(102))])),
  at(
    text(
      'incr',
      `incr ${user(101)} 1\r\n`,
      'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n',
      [named(user(101))],
      'error',
    ),
  ),
  at(text('bogus', 'bogus\r\n', 'ERROR\r\n', [], 'error')),
];

function metaSet(key: string, value: string): Said {
  const bytes = value.length;
  return text('ms', `ms ${key} ${bytes}\r\n${value}\r\n`, 'HD\r\n', [carried(key, bytes)], 'stored');
}

const metaSteps: readonly Step[] = [
  at(metaSet(page('a'), '<html>')),
  at(metaSet(page('b'), '<p>'), metaSet(page('c'), '<b></b>')),
  at(text('mg', `mg ${page('a')} v\r\n`, 'VA 6\r\n<html>\r\n', [hit(page('a'), 6)])),
  // It asks whether the key is there, not for its value.
  at(text('mg', `mg ${page('a')}\r\n`, 'HD\r\n', [hit(page('a'), 0)])),
  at(text('mg', `mg ${page('d')} v\r\n`, 'EN\r\n', [miss(page('d'))])),
  // The quiet one that is missed says nothing.
  at(
    text('mg', `mg ${page('b')} v k q\r\n`, `VA 3 k${page('b')}\r\n<p>\r\n`, [hit(page('b'), 3)]),
    text('mg', `mg ${page('e')} v k q\r\n`, '', [miss(page('e'))]),
    text('mg', `mg ${page('c')} v k q\r\n`, `VA 7 k${page('c')}\r\n<b></b>\r\n`, [hit(page('c'), 7)]),
    text('mn', 'mn\r\n', 'MN\r\n'),
  ),
  at(
    text('ms', `ms ${user(201)} 4 q\r\nerna\r\n`, '', [carried(user(201), 4)]),
    text('mn', 'mn\r\n', 'MN\r\n'),
    text('mg', `mg ${user(201)} v\r\n`, 'VA 4\r\nerna\r\n', [hit(user(201), 4)]),
  ),
  at(text('ma', `ma ${user(202)}\r\n`, 'NF\r\n', [named(user(202))])),
  at(text('md', `md ${user(201)}\r\n`, 'HD\r\n', [named(user(201))])),
  at(
    text(
      'ms',
      `ms ${page('a')} 1 MZ\r\nx\r\n`,
      'CLIENT_ERROR invalid mode for ms M token\r\n',
      [carried(page('a'), 1)],
      'error',
    ),
  ),
  at(text('mg', 'mg\r\n', 'ERROR\r\n', [], 'error')),
];

const binarySteps: readonly Step[] = [
  at(binary(`set key=${session(301)} flags=0 exptime=0 value=token`, 'set', [carried(session(301), 5)], 'stored')),
  at(binary(`get key=${session(301)}`, 'get flags=0 value=token', [hit(session(301), 5)])),
  at(binary(`get key=${session(302)}`, 'get status=1 value=Not\\sfound', [miss(session(302))])),
  // A multi-get as clients of this protocol do it.
  at(
    binary(`getkq key=${session(301)} opaque=1`, `getkq key=${session(301)} opaque=1 flags=0 value=token`, [
      hit(session(301), 5),
    ]),
    binary(`getkq key=${session(303)} opaque=2`, undefined, [miss(session(303))]),
    binary('noop opaque=3', 'noop opaque=3'),
  ),
  at(
    binary(`setq key=${user(301)} flags=0 exptime=0 value=frida`, undefined, [carried(user(301), 5)]),
    binary(`get key=${user(301)}`, 'get flags=0 value=frida', [hit(user(301), 5)]),
    binary('noop', 'noop'),
  ),
  at(
    binary(
      `increment key=${user(301)} delta=1 initial=0 exptime=0`,
      'increment status=6 value=Non-numeric\\sserver-side\\svalue\\sfor\\sincr\\sor\\sdecr',
      [named(user(301))],
      'error',
    ),
  ),
  at(
    binary(`replace key=${user(302)} flags=0 exptime=0 value=otto`, 'replace status=1 value=Not\\sfound', [
      carried(user(302), 4),
    ]),
  ),
  at(binary(`delete key=${session(301)}`, 'delete', [named(session(301))])),
  at(binary('0x5f', '0x5f status=129 value=Unknown\\scommand', [], 'error')),
];

const held = (holdMs: Step['holdMs'], ...commands: readonly Said[]): Step => ({ commands, holdMs });

/** Of one command most are held 15 ms and some 40 ms, of the other all 60 ms. */
const proxiedSteps: readonly Step[] = [
  held(60, set(user(401), 'gustav')),
  held(60, set(geo(41), 'Wien')),
  ...Array.from({ length: 7 }, (_, index) =>
    held(15, index % 3 === 2 ? getMiss(user(410 + index)) : getHit(user(401), 'gustav')),
  ),
  // The answers come together: what the proxy took is said of the first, the others waited for it.
  held(40, getHit(user(401), 'gustav'), getHit(geo(41), 'Wien'), getMiss(geo(42))),
  held('forever', text('get', `get ${session(401)}\r\n`, '', [named(session(401))], 'unanswered')),
];

/** They run beside each other: no two use the same key. */
export const sessions: readonly Session[] = [
  { client: clients.text, isProxied: false, end: 'fin', steps: textSteps },
  { client: clients.meta, isProxied: false, end: 'rst', steps: metaSteps },
  { client: clients.binary, isProxied: false, end: 'fin', steps: binarySteps },
  { client: clients.proxied, isProxied: true, end: 'fin', steps: proxiedSteps },
];

/** What is said after all else: once the capture has it, it has all. */
export const lastWords: Said = getMiss(user(999_999));

export const lastSession: Session = { client: clients.text, isProxied: false, end: 'fin', steps: [at(lastWords)] };
