import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import { binaryClient } from './clients/binary-client.ts';
import { libmemcachedTools, memccapable } from './clients/libmemcached-tools.ts';
import { memcachedClient } from './clients/memcached-client.ts';
import { memjsClient } from './clients/memjs-client.ts';
import { metaClient } from './clients/meta-client.ts';
import { pipeliningClient } from './clients/pipelining-client.ts';
import { saslClient, saslServer } from './clients/sasl-client.ts';
import { textClient } from './clients/text-client.ts';
import { udpClient } from './clients/udp-client.ts';
import type { Scale, Target } from './recording.ts';
import type { ServerOptions } from './server.ts';

export interface RecordedClient {
  readonly name: string;
  /** Its recording in samples/, where there is one. */
  readonly sample?: string;
  run(target: Target, scale: Scale): Promise<void>;
  /** How its server is to be started, where that matters; `directory` is removed afterwards. */
  readonly server?: () => Promise<ServerOptions & { readonly directory: string }>;
}

const scripts = join(process.cwd(), 'test/support/recorder/clients');

/** Debian's Python packages are seen by Debian's Python only, which need not be the first on the path. */
function python(script: string, ...args: readonly string[]): RecordedClient['run'] {
  return runScript('/usr/bin/python3', script, ...args);
}

function runScript(interpreter: string, script: string, ...args: readonly string[]): RecordedClient['run'] {
  return async ({ host, port }, { largeBytes }) => {
    const words = [join(scripts, script), host, `${port}`, `${largeBytes}`, ...args];
    const { stderr, exitCode } = await runProgram(interpreter, words);
    if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  };
}

/** Real clients, each with every call of its interface. */
export const clients: readonly RecordedClient[] = [
  {
    name: 'libmemcached-tools, text',
    sample: 'client-libmemcached-text.pcap',
    run: (target, scale) => libmemcachedTools(target, scale, false),
  },
  {
    name: 'libmemcached-tools, binary',
    sample: 'client-libmemcached-binary.pcap',
    run: (target, scale) => libmemcachedTools(target, scale, true),
  },
  { name: 'memccapable, text', run: (target) => memccapable(target, false) },
  { name: 'memccapable, binary', run: (target) => memccapable(target, true) },
  { name: 'memjs', sample: 'client-memjs.pcap', run: memjsClient },
  { name: 'memcached of npm', sample: 'client-memcached-npm.pcap', run: memcachedClient },
  { name: 'pymemcache', sample: 'client-pymemcache.pcap', run: python('pymemcache-client.py') },
  { name: 'pylibmc, text', sample: 'client-pylibmc-text.pcap', run: python('pylibmc-client.py', 'text') },
  { name: 'pylibmc, binary', sample: 'client-pylibmc-binary.pcap', run: python('pylibmc-client.py', 'binary') },
  { name: 'Perl', sample: 'client-perl.pcap', run: runScript('perl', 'perl-client.pl') },
  { name: 'scripted text', run: textClient },
  { name: 'scripted pipelining', run: pipeliningClient },
  { name: 'scripted meta', sample: 'client-meta.pcap', run: metaClient },
  { name: 'scripted binary', sample: 'client-binary.pcap', run: binaryClient },
  { name: 'scripted SASL', sample: 'client-sasl.pcap', run: saslClient, server: saslServer },
  { name: 'scripted UDP', sample: 'client-udp.pcap', run: udpClient },
];
