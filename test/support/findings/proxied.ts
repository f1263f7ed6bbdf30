import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stopChild } from '../recorder/server.ts';
import { port, say } from './client.ts';
import { serverAddress } from './network.ts';
import type { Scenario, Stage } from './scenario.ts';

const program = fileURLToPath(new URL('proxy.js', import.meta.url));

/** memcached's own port, where a proxy listens on the usual one. */
const serverPort = 11212;

interface Proxied extends Pick<Scenario, 'beside' | 'besideTwin'> {
  /** What the proxy does; see there. */
  readonly manner: (stage: Stage) => string;
  /** Lines said before the capture begins, to the server. */
  readonly before: readonly string[];
  readonly play: (stage: Stage) => Promise<void>;
}

/** A scenario whose clients talk to a proxy on the server's host. */
export function throughProxy({ manner, before, play, ...beside }: Proxied): Scenario {
  return {
    ...beside,
    serverPort,
    before: () => say(before, { port: serverPort }),
    async play(stage) {
      const [command = '', ...words] = stage.network.serverHost;
      const args = [serverAddress, `${port}`, `${serverPort}`, manner(stage)];
      const proxy = spawn(command, [...words, process.execPath, program, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await once(proxy.stdout, 'data');
        await play(stage);
      } finally {
        await stopChild(proxy, 'SIGKILL');
      }
    },
  };
}
