import { once } from 'node:events';
import { connect } from 'node:net';
import type { Scale, Target } from '../recording.ts';
import { type BinaryRequest, encodeRequest } from './binary-request.ts';

/** What is written at once, how many packets the server answers with, and what the sniffer is to tell. */
export interface BinaryStep {
  readonly requests: readonly BinaryRequest[];
  readonly answers: number;
  /** `status command key` of each request, in order. */
  readonly told: readonly string[];
}

/** Flags and expiration of a store. */
const stored = Buffer.from([0, 0, 0, 7, 0, 0, 0, 0]);
/** Expiration of a touch: 100 seconds. */
const touched = Buffer.from([0, 0, 0, 100]);

/** Delta, initial value, and what happens to a key that is not there: it is made, or (all ones) it is an error. */
function counted(delta: number, initial: number, creates: boolean): Buffer {
  const extras = Buffer.alloc(20);
  extras.writeBigUInt64BE(BigInt(delta), 0);
  extras.writeBigUInt64BE(BigInt(initial), 8);
  if (!creates) extras.fill(0xff, 16);
  return extras;
}

function one(request: BinaryRequest, told: string, answers = 1): BinaryStep {
  return { requests: [request], answers, told: [told] };
}

function unnumbered(request: BinaryRequest): BinaryRequest {
  return { ...request, opaque: 0 };
}

const noop: BinaryRequest = { opcode: 0x0a };
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const tooLarge = one(
  { opcode: 0x01, key: 'large', extras: stored, value: Buffer.alloc(1_048_577, 'v') },
  'server_error set large',
);

/** Every opcode of the binary protocol that memcached 1.6.18 knows, quiet and not, and some that it does not. */
export function binarySteps({ sendsTooLarge }: Scale): BinaryStep[] {
  return [
    one({ opcode: 0x0b }, 'ok version'),
    one({ opcode: 0x01, key: 'foo', extras: stored, value: text('bar') }, 'stored set foo'),
    one({ opcode: 0x01, key: 'foo', extras: stored, value: text('bar'), cas: 99n }, 'exists set foo'),
    one({ opcode: 0x02, key: 'foo', extras: stored, value: text('x') }, 'exists add foo'),
    one({ opcode: 0x02, key: 'added', extras: stored, value: text('') }, 'stored add added'),
    one({ opcode: 0x03, key: 'foo', extras: stored, value: text('baz') }, 'stored replace foo'),
    one({ opcode: 0x03, key: 'none', extras: stored, value: text('x') }, 'not_found replace none'),
    one({ opcode: 0x0e, key: 'foo', value: text('-end') }, 'stored append foo'),
    one({ opcode: 0x0e, key: 'none', value: text('x') }, 'not_stored append none'),
    one({ opcode: 0x0f, key: 'foo', value: text('start-') }, 'stored prepend foo'),
    one({ opcode: 0x00, key: 'foo' }, 'hit get foo'),
    one({ opcode: 0x00, key: 'none' }, 'miss get none'),
    one({ opcode: 0x0c, key: 'foo' }, 'hit getk foo'),
    one({ opcode: 0x0c, key: 'none' }, 'miss getk none'),
    one({ opcode: 0x1c, key: 'foo', extras: touched }, 'touched touch foo'),
    one({ opcode: 0x1c, key: 'none', extras: touched }, 'not_found touch none'),
    one({ opcode: 0x1d, key: 'foo', extras: touched }, 'hit gat foo'),
    one({ opcode: 0x1d, key: 'none', extras: touched }, 'miss gat none'),
    one({ opcode: 0x23, key: 'foo', extras: touched }, 'hit gatk foo'),
    one({ opcode: 0x05, key: 'count', extras: counted(1, 41, true) }, 'ok increment count'),
    one({ opcode: 0x05, key: 'count', extras: counted(1, 0, false) }, 'ok increment count'),
    one({ opcode: 0x06, key: 'count', extras: counted(2, 0, false) }, 'ok decrement count'),
    one({ opcode: 0x05, key: 'none', extras: counted(1, 0, false) }, 'not_found increment none'),
    one({ opcode: 0x05, key: 'foo', extras: counted(1, 0, false) }, 'client_error increment foo'),
    one({ opcode: 0x04, key: 'added' }, 'deleted delete added'),
    one({ opcode: 0x04, key: 'added' }, 'not_found delete added'),
    ...(sendsTooLarge ? [tooLarge] : []),
    {
      requests: [
        { opcode: 0x09, key: 'foo' },
        { opcode: 0x09, key: 'none' },
        { opcode: 0x0d, key: 'foo' },
        { opcode: 0x0d, key: 'none' },
        { opcode: 0x1e, key: 'foo', extras: touched },
        { opcode: 0x1e, key: 'none', extras: touched },
        { opcode: 0x24, key: 'foo', extras: touched },
        { opcode: 0x24, key: 'none', extras: touched },
        noop,
      ],
      answers: 5,
      told: [
        'hit getq foo',
        'miss getq none',
        'hit getkq foo',
        'miss getkq none',
        'hit gatq foo',
        'miss gatq none',
        'hit gatkq foo',
        'miss gatkq none',
        'ok noop',
      ],
    },
    {
      requests: [
        { opcode: 0x11, key: 'quiet', extras: stored, value: text('q') },
        { opcode: 0x12, key: 'quiet', extras: stored, value: text('x') },
        { opcode: 0x13, key: 'quiet', extras: stored, value: text('r') },
        { opcode: 0x19, key: 'quiet', value: text('-end') },
        { opcode: 0x1a, key: 'quiet', value: text('start-') },
        { opcode: 0x15, key: 'count', extras: counted(1, 0, false) },
        { opcode: 0x16, key: 'count', extras: counted(1, 0, false) },
        { opcode: 0x14, key: 'quiet' },
        { opcode: 0x14, key: 'quiet' },
        noop,
      ],
      answers: 3,
      told: [
        'no_reply setq quiet',
        'exists addq quiet',
        'no_reply replaceq quiet',
        'no_reply appendq quiet',
        'no_reply prependq quiet',
        'no_reply incrementq count',
        'no_reply decrementq count',
        'no_reply deleteq quiet',
        'not_found deleteq quiet',
        'ok noop',
      ],
    },
    // Some clients number nothing: all requests have the same opaque.
    {
      requests: [unnumbered({ opcode: 0x09, key: 'none' }), unnumbered(noop)],
      answers: 1,
      told: ['miss getq none', 'ok noop'],
    },
    {
      requests: [unnumbered({ opcode: 0x09, key: 'foo' }), unnumbered(noop)],
      answers: 2,
      told: ['hit getq foo', 'ok noop'],
    },
    one({ opcode: 0x10, key: 'detail on' }, 'ok stat detail on'),
    one({ opcode: 0x10, key: 'nonsense' }, 'not_found stat nonsense'),
    // Without a body: of an opcode that it does not know, the server swallows the body twice.
    one({ opcode: 0x1b }, 'error verbosity'),
    one({ opcode: 0x30 }, 'error rget'),
    one({ opcode: 0x3e }, 'error get_vbucket'),
    one({ opcode: 0x99 }, 'error 0x99'),
    one({ opcode: 0x20 }, 'error sasl_list_mechs'),
    one({ opcode: 0x08, extras: Buffer.from([0, 0, 0, 100]) }, 'ok flush'),
    { requests: [{ opcode: 0x18 }, noop], answers: 1, told: ['no_reply flushq', 'ok noop'] },
    one({ opcode: 0x07 }, 'ok quit'),
  ];
}

export async function binaryClient(target: Target, scale: Scale): Promise<void> {
  await sayAllBinary(target, binarySteps(scale));
}

/** A step that depends on the body of the answer before. */
type NextStep = (body: Buffer) => BinaryStep;

/** Writes each step and waits for as many packets as it is answered with. */
export async function sayAllBinary({ host, port }: Target, steps: readonly (BinaryStep | NextStep)[]): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  let heard: Buffer = Buffer.alloc(0);
  let wake: () => void = () => {};
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    wake();
  });
  await once(socket, 'connect');
  let opaque = 1;
  for (const step of steps) {
    const { requests, answers } = typeof step === 'function' ? step(heard.subarray(24)) : step;
    heard = Buffer.alloc(0);
    socket.write(Buffer.concat(requests.map((request) => encodeRequest({ opaque: opaque++, ...request }))));
    const deadline = Date.now() + 5000;
    while (countPackets(heard) < answers) {
      if (socket.destroyed || Date.now() > deadline) throw new Error(`opcode ${requests[0]?.opcode} is not answered`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

/** Whole packets: a header of 24 bytes says how many follow. */
function countPackets(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at + 24 <= bytes.length; count++) {
    at += 24 + bytes.readUInt32BE(at + 8);
    if (at > bytes.length) break;
  }
  return count;
}
