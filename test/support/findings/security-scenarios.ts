import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import Memcached from 'memcached';
import memjs from 'memjs';
import { runProgram } from '../run-program.ts';
import { frame } from '../udp-conversation.ts';
import { port, say } from './client.ts';
import { clientAddresses, serverAddress } from './network.ts';
import type { Scenario } from './scenario.ts';

const words = ['set user:1 0 0 5\r\nalice', 'get user:1'];

/** A key and a certificate that nobody but this recording has seen; returns what memcached needs to use them. */
async function certificate(directory: string): Promise<string[]> {
  const key = join(directory, 'key.pem');
  const chain = join(directory, 'certificate.pem');
  const subject = ['-subj', '/CN=memcached.example', '-days', '2'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509'];
  const { exitCode, stderr } = await runProgram('openssl', [
    'req',
    ...kind,
    ...subject,
    ...['-keyout', key, '-out', chain],
  ]);
  if (exitCode !== 0) throw new Error(`openssl: ${stderr}`);
  for (const file of [key, chain]) chmodSync(file, 0o644);
  return ['-Z', '-o', `ssl_chain_cert=${chain},ssl_key=${key}`];
}

function passwords(directory: string): string[] {
  const file = join(directory, 'passwords');
  writeFileSync(file, 'nick:correct-horse\n');
  return ['-Y', file];
}

/** Says lines through TLS, each answered before the next; `openssl s_client` does the same. */
async function sayTls(lines: readonly string[]): Promise<void> {
  const place = { host: serverAddress, port, localAddress: clientAddresses[0] };
  // Nobody has signed the certificate.
  const socket = connectTls({ ...place, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await once(socket, 'data');
  }
  socket.end();
  await once(socket, 'close');
}

async function sayUdp(): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, clientAddresses[0]);
  await once(socket, 'listening');
  socket.send(frame(1, 0, 1, 'get user:1\r\n'), port, serverAddress);
  await once(socket, 'message');
  socket.close();
}

/** A real client of the binary protocol, memjs. */
async function sayBinary(): Promise<void> {
  const client = memjs.Client.create(`${serverAddress}:${port}`, { logger: { log: () => {} } });
  await client.set('user:1', 'alice', {});
  await client.get('user:1');
  client.quit();
}

/** A real client of the text protocol, memcached of npm. */
async function sayText(): Promise<void> {
  const client = new Memcached(`${serverAddress}:${port}`);
  await new Promise((resolve) => client.set('user:1', 'alice', 0, resolve));
  await new Promise((resolve) => client.get('user:1', resolve));
  client.end();
}

/** What others can read or misuse, and what cannot be read here. */
export const securityScenarios: Readonly<Record<string, Scenario>> = {
  'binary-protocol': { play: ({ isFaulty }) => (isFaulty ? sayBinary() : sayText()) },

  'clear-credentials': {
    besideTwin: ['tls'],
    async prepare(directory, isFaulty) {
      return [...passwords(directory), ...(isFaulty ? [] : await certificate(directory))];
    },
    async play({ isFaulty }) {
      const login = 'set auth 0 0 18\r\nnick correct-horse';
      await (isFaulty ? say : sayTls)([login, ...words]);
    },
  },

  udp: {
    needsUdp: true,
    before: () => say(words),
    play: ({ isFaulty }) => (isFaulty ? sayUdp() : say(words)),
  },

  tls: {
    prepare: async (directory, isFaulty) => (isFaulty ? certificate(directory) : []),
    play: ({ isFaulty }) => (isFaulty ? sayTls : say)(words),
  },
};
