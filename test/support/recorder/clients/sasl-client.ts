import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../run-program.ts';
import type { Target } from '../recording.ts';
import type { ServerOptions } from '../server.ts';
import { type BinaryStep, sayAllBinary } from './binary-client.ts';
import type { BinaryRequest } from './binary-request.ts';

const user = 'nick';
/** Is to appear nowhere in what the sniffer writes. */
export const password = 'correct-horse';

/** What a server with SASL needs: the mechanisms that it offers, and one user. The caller removes `directory`. */
export async function saslServer(): Promise<ServerOptions & { readonly directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-sasl-'));
  const database = join(directory, 'users');
  const lines = ['mech_list: plain cram-md5', 'pwcheck_method: auxprop', `sasldb_path: ${database}`];
  writeFileSync(join(directory, 'memcached.conf'), `${lines.join('\n')}\n`);
  const { stderr, exitCode } = await runProgram(
    'saslpasswd2',
    ['-a', 'memcached', '-c', '-p', '-f', database, user],
    Buffer.from(password),
  );
  if (exitCode !== 0) throw new Error(`saslpasswd2: ${stderr}`);
  // The database is root's, and memcached runs as somebody else.
  await runProgram('chmod', ['-R', 'a+rX', directory]);
  return { directory, args: ['-S'], environment: { SASL_CONF_PATH: directory }, isBinaryOnly: true };
}

const noop: BinaryRequest = { opcode: 0x0a };

function authenticate(mechanism: string, data: string): BinaryRequest {
  return { opcode: 0x21, key: mechanism, value: Buffer.from(data) };
}

function one(request: BinaryRequest, told: string): BinaryStep {
  return { requests: [request], answers: 1, told: [told] };
}

/** SASL over the binary protocol: refused, in one step (PLAIN), and with a challenge (CRAM-MD5, RFC 2195). */
export async function saslClient(target: Target): Promise<void> {
  await sayAllBinary(target, [
    one({ opcode: 0x0b }, 'ok version'),
    one({ opcode: 0x20 }, 'ok sasl_list_mechs'),
    one(authenticate('PLAIN', `\0${user}\0wrong-${password}`), 'client_error sasl_auth PLAIN'),
    // The server closes the connection of a client that asks without being known.
    one({ opcode: 0x00, key: 'foo' }, 'client_error get foo'),
  ]);
  await sayAllBinary(target, [
    one(authenticate('PLAIN', `\0${user}\0${password}`), 'ok sasl_auth PLAIN'),
    one({ opcode: 0x01, key: 'foo', extras: Buffer.alloc(8), value: Buffer.from('bar') }, 'stored set foo'),
    one({ opcode: 0x00, key: 'foo' }, 'hit get foo'),
  ]);
  await sayAllBinary(target, [
    one(authenticate('CRAM-MD5', ''), 'ok sasl_auth CRAM-MD5'),
    (challenge) => {
      const digest = createHmac('md5', password).update(challenge).digest('hex');
      return one({ opcode: 0x22, key: 'CRAM-MD5', value: Buffer.from(`${user} ${digest}`) }, 'ok sasl_step CRAM-MD5');
    },
    one(noop, 'ok noop'),
  ]);
}
