import { encodeMessage } from './binary-messages.ts';
import type { Exchange } from './everyday-traffic.ts';
import type { Random } from './random.ts';

/** What one client of the binary protocol asks, one thing after the other, and what its server says. */
export type BinarySpeaker = (isOdd: boolean) => Exchange;

/** How clients choose their opaques: always 0, counted in either byte order, or at random. */
const opaques: readonly ((random: Random) => () => number)[] = [
  () => () => 0,
  counted,
  (random) => {
    const next = counted(random);
    return () => Buffer.from(Uint32Array.of(next()).buffer).readUInt32BE(0);
  },
  (random) => () => random.word(),
];

function counted(random: Random): () => number {
  let last = random.pick([0, 0, 250, 65_530, 0xfffffff0]);
  return () => (last = (last + 1) >>> 0);
}

export function binarySpeaker(random: Random): BinarySpeaker {
  const opaque = random.pick(opaques)(random);
  const mode = random.pick(['plain', 'plain', 'batches', 'anything'] as const);
  return (isOdd) => {
    if (isOdd) return oddExchange(random, opaque);
    const isBatch = mode !== 'plain' && random.chance(mode === 'batches' ? 0.5 : 0.1);
    return isBatch ? batch(random, opaque) : plainExchange(random, opaque());
  };
}

function exchange(request: string, answer: string): Exchange {
  return { request: message(true, request), answer: answer === '' ? '' : message(false, answer) };
}

function message(fromClient: boolean, text: string): string {
  return encodeMessage(fromClient, text).toString('latin1');
}

function keyOf(random: Random): string {
  return random.chance(0.05) ? 'k'.repeat(random.between(60, 240)) : `key:${random.below(50)}`;
}

function randomValue(random: Random): string {
  return 'v\x80\x81'.repeat(random.chance(0.05) ? random.between(500, 2000) : random.below(40));
}

function uniqueOf(random: Random): string {
  return random.pick([
    '0',
    '0',
    '7',
    `${random.below(1e9)}`,
    '9007199254740991',
    '9007199254740992',
    '18446744073709551615',
  ]);
}

/** What clients ask and servers say every day. */
function plainExchange(random: Random, opaque: number): Exchange {
  const key = keyOf(random);
  const value = encoded(randomValue(random));
  const flags = random.pick([0, 0, 5, 4_294_967_295]);
  const of = `opaque=${opaque}`;
  const cas = `cas=${uniqueOf(random)}`;
  const failure = (status: number): string => `status=${status} value=Not\\sfound ${of}`;
  switch (random.below(12)) {
    case 0:
    case 1: {
      const name = random.pick(['get', 'getk']);
      const named = name === 'getk' ? `key=${key}` : '';
      return exchange(`${name} key=${key} ${of}`, `${name} flags=${flags} ${named} value=${value} ${cas} ${of}`);
    }
    case 2:
      return exchange(`get key=${key} ${of}`, `get ${failure(1)}`);
    case 3:
      return exchange(`getk key=${key} ${of}`, `getk status=1 key=${key} ${of}`);
    case 4: {
      const name = random.pick(['gat', 'gatk']);
      const answer = random.chance(0.5)
        ? `flags=${flags} ${name === 'gatk' ? `key=${key}` : ''} value=${value} ${cas} ${of}`
        : `status=1 ${of}`;
      return exchange(`${name} key=${key} exptime=${random.below(99)} ${of}`, `${name} ${answer}`);
    }
    case 5:
    case 6: {
      const name = random.pick(['set', 'add', 'replace']);
      const answer = random.chance(0.7) ? `${cas} ${of}` : failure(random.pick([1, 2, 5]));
      const own = random.chance(0.3) ? `cas=${uniqueOf(random)}` : '';
      return exchange(`${name} key=${key} flags=${flags} exptime=60 value=${value} ${own} ${of}`, `${name} ${answer}`);
    }
    case 7: {
      const name = random.pick(['append', 'prepend']);
      return exchange(
        `${name} key=${key} value=${value} ${of}`,
        `${name} ${random.chance(0.7) ? `${cas} ${of}` : failure(5)}`,
      );
    }
    case 8:
      return exchange(`delete key=${key} ${of}`, `delete ${random.chance(0.7) ? of : failure(1)}`);
    case 9: {
      const name = random.pick(['increment', 'decrement']);
      const number = random.pick(['0', '17', '4294967296', '18446744073709551615']);
      const delta = random.pick(['1', '9', '9007199254740992']);
      const answer = random.chance(0.7) ? `number=${number} ${cas} ${of}` : failure(1);
      return exchange(`${name} key=${key} delta=${delta} initial=0 exptime=4294967295 ${of}`, `${name} ${answer}`);
    }
    case 10: {
      const answer = random.pick([`flags=0 ${of}`, of, failure(1)]);
      return exchange(`touch key=${key} exptime=${random.below(900)} ${of}`, `touch ${answer}`);
    }
    default:
      return random.chance(0.5)
        ? exchange(`noop ${of}`, `noop ${of}`)
        : exchange(`version ${of}`, `version value=1.6.${random.below(40)} ${of}`);
  }
}

/** Quiet requests in a row, and, as a rule, a noop behind them. */
function batch(random: Random, opaque: () => number): Exchange {
  const requests: string[] = [];
  const answers: string[] = [];
  const name = random.pick(['getq', 'getkq', 'getkq', 'gatq', 'gatkq', 'setq', 'deleteq', 'incrementq']);
  for (let left = random.chance(0.05) ? 50 : random.between(1, 9); left > 0; left--) {
    const of = `opaque=${opaque()}`;
    const key = keyOf(random);
    const value = encoded(randomValue(random));
    const hasAnswer = random.chance(name.startsWith('g') ? 0.6 : 0.1);
    if (name.startsWith('g')) {
      const exptime = name.startsWith('gat') ? 'exptime=5' : '';
      const named = name.includes('k') ? `key=${key}` : '';
      requests.push(`${name} key=${key} ${exptime} ${of}`);
      if (hasAnswer) answers.push(`${name} flags=3 ${named} value=${value} cas=${uniqueOf(random)} ${of}`);
    } else {
      const rest = { setq: `flags=1 exptime=0 value=${value}`, incrementq: 'delta=1 initial=2 exptime=3' }[name] ?? '';
      requests.push(`${name} key=${key} ${rest} ${of}`);
      if (hasAnswer) answers.push(`${name} status=${random.pick([1, 2, 5])} value=No ${of}`);
    }
  }
  const of = `opaque=${opaque()}`;
  const end = random.pick(['noop', 'noop', 'noop', 'get', '']);
  if (end === 'noop') requests.push(`noop ${of}`);
  if (end === 'get') requests.push(`get key=last ${of}`);
  if (end === 'noop') answers.push(`noop ${of}`);
  if (end === 'get') answers.push(`get status=1 ${of}`);
  return {
    request: requests.map((text) => message(true, text)).join(''),
    answer: answers.map((text) => message(false, text)).join(''),
  };
}

/** What one client in a hundred asks, and what a server says once a year. */
function oddExchange(random: Random, opaque: () => number): Exchange {
  const of = `opaque=${opaque()}`;
  const key = random.pick(['k', 'k\\s2', '\\xd0\\xba', `${'k'.repeat(250)}`, `${'k'.repeat(251)}`, 'k"']);
  const request = random.pick([
    `get key=${key} ${of}`,
    `get key=${key} opaque=${random.below(4)}`,
    `get key=${key} extras=00000000 ${of}`,
    `get key=${key} value=x ${of}`,
    `get key=${key} type=1 ${of}`,
    `get key=${key} bodyLength=2 ${of}`,
    `getq key=${key} ${of}`,
    `set key=${key} value=abc ${of}`,
    `set key=${key} flags=1 exptime=0 value=abc bodyLength=4294967295 ${of}`,
    `touch key=${key} exptime=1 value=x ${of}`,
    `stat ${of}`,
    `stat key=items ${of}`,
    `sasl_auth key=PLAIN value=\\x00u\\x00p ${of}`,
    `sasl_list_mechs ${of}`,
    `flush ${of}`,
    `quit ${of}`,
    `quitq ${of}`,
    `verbosity extras=00000001 ${of}`,
    `0x5f key=${key} ${of}`,
    'raw=get\\sa\\x0d\\x0a',
  ]);
  const first = request.split(' ')[0] ?? '';
  const name = first.startsWith('raw=') ? 'get' : first;
  const answer = random.pick([
    `${name} ${of}`,
    `${name} flags=0 value=abc ${of}`,
    `${name} flags=0 key=${key} value=abc ${of}`,
    `${name} status=1 ${of}`,
    `${name} status=1 extras=00000000 ${of}`,
    `${name} status=6 value=no ${of}`,
    `${name} status=129 value=Unknown\\scommand ${of}`,
    `${name} status=4 value=Invalid ${of}`,
    `${name} flags=0 value=abc opaque=${random.below(9)}`,
    `${name} type=1 ${of}`,
    `${name} value=\\x22 ${of}`,
    `stat key=a value=b ${of}`,
    `noop ${of}`,
    `set cas=5 ${of}`,
    'raw=END\\x0d\\x0a',
    '',
  ]);

  return exchange(request, answer);
}

/** As `encodeMessage` takes a text. */
function encoded(text: string): string {
  return text.replace(/[^!-~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
