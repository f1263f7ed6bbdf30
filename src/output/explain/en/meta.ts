import { once } from '../texts.ts';
import { bytesText, duration } from './amounts.ts';

/** What is said of the flags of meta commands, behind the flag and a colon; in answers of their values, too. */

/** Source: memcached doc/protocol.txt, "Meta Commands". */
const hints = {
  P: 'a hint for proxies, ignored by the server',
  L: 'a hint for proxies, ignored by the server',
};

/** Source: memcached doc/protocol.txt, "Meta Get" to "Meta Arithmetic". */
const common = {
  b: 'the key is written in base64',
  O: 'opaque: the answer repeats it',
  q: 'quiet: no answer where it would be the usual one',
  k: 'return the key',
  c: "return the item's cas unique",
  C: 'only if the item has this cas unique',
  E: 'the new cas unique, instead of one that the server counts',
  ...hints,
};

const requestFlags = {
  mg: {
    ...common,
    q: 'quiet: no answer to a miss',
    C: 'send the value only if the item has another cas unique',
    f: 'return the client flags',
    h: 'return whether it was fetched before (0 or 1)',
    l: 'return the seconds since it was last used',
    s: 'return the length of the value',
    t: 'return the seconds that it has to live',
    u: 'this fetch is not to count as use',
    v: 'return the value',
    N: 'where there is none, make an empty item with this time to live, and let this client fill it',
    R: 'where it has fewer seconds to live, let this client renew it',
    T: 'new time to live',
  },
  ms: {
    ...common,
    q: 'quiet: no answer to a success',
    C: 'store only if the item has this cas unique',
    F: 'client flags, a number that is kept with the value',
    S: 'the length of the value, in the form of older servers',
    I: 'invalidate: where the cas unique is older than that of the item, store and mark as stale',
    s: 'return the length of what is stored',
    T: 'time to live',
    M: 'mode: E add, A append, P prepend, R replace, S set',
    N: 'in the modes append and prepend: where there is no item, make one with this time to live',
  },
  md: {
    ...common,
    q: 'quiet: no answer to a success',
    C: 'delete only if the item has this cas unique',
    I: 'invalidate: do not remove it, but mark it as stale',
    T: 'with I: new time to live',
    x: 'remove the value and keep the item',
  },
  ma: {
    ...common,
    q: 'quiet: no answer to a success',
    C: 'only if the item has this cas unique',
    N: 'where there is no item, make one with this time to live',
    J: 'with N: the value to begin with',
    D: 'by how much; 1 if it is not given',
    T: 'new time to live',
    M: 'mode: I or + adds, D or - subtracts',
    t: 'return the seconds that it has to live',
    v: 'return the new value',
  },
  me: { ...hints, b: common.b },
  mn: { ...hints },
};

const answerFlags = {
  b: 'the key is in base64',
  O: 'the opaque of the request',
  k: 'the key',
  c: 'cas unique',
  f: 'client flags',
  h: 'fetched before: 1 yes, 0 no',
  l: 'seconds since it was last used',
  s: 'length of the value',
  t: 'time to live, in seconds',
  W: 'won: this client is the one to renew the item',
  X: 'stale: the item was marked as out of date',
  Z: 'another client has won already, and renews the item',
};

export const metaTexts = {
  requestFlags,
  answerFlags,
  /** A letter that the command has no use for. */
  unknownFlag: 'no flag of this command',
  /** What a time to live comes to, seconds; -1 has no end. */
  timeToLive: (seconds: number): string => (seconds < 0 ? 'for ever' : duration(seconds)),
  codes: {
    HD: once<object>(() => 'HD (header): it was done, and no value comes with the answer.'),
    VA: once<object>(
      () => 'VA (value): it was done; the number behind it is the length of the value in the next line.',
    ),
    EN: once<object>(() => 'EN (end): a miss, the server has no such item.'),
    NF: once<object>(() => 'NF (not found): the server has no such item.'),
    NS: once<object>(() => 'NS (not stored): a condition was not met; it is no error.'),
    EX: once<object>(() => 'EX (exists): the item has another cas unique; somebody has changed it.'),
    MN: once<object>(() => 'MN: everything before the mn has been done.'),
    ME: once<object>(
      () =>
        'ME: what the server knows of the item: exp, the seconds that it has to live (-1 for ever); la, seconds since it was last used; cas; fetch, whether it was fetched before; cls, its slab class; size, in bytes with all that belongs to it.',
    ),
  },
  valueBytes: ({ bytes }: { bytes: string }) => `${bytesText(bytes)} of value`,
};
