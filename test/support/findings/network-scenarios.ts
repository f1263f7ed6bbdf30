import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, say } from './client.ts';
import type { Scenario } from './scenario.ts';

const one = 'set user:1 0 0 5\r\nalice';

/** Stores `user:1` before the capture begins. */
const before = (): Promise<void> => say([one]);

/** What Linux takes for receive buffers, of this network namespace (tcp(7)): least, usual, most. */
const receiveBuffers = '/proc/sys/net/ipv4/tcp_rmem';

/** More than what Node.js reads ahead, and these buffers. */
const items = Array.from({ length: 30 }, (_, item) => `item:${item}`);

/** What goes wrong between the hosts, and with the server as a whole. */
export const networkScenarios: Readonly<Record<string, Scenario>> = {
  slow: {
    before,
    async play({ server, isFaulty }) {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      if (isFaulty) server.signal('SIGSTOP');
      client.write('get user:1\r\n');
      if (isFaulty) await sleep(150);
      server.signal('SIGCONT');
      await client.read(/END\r\n/g);
      await client.close();
    },
  },

  'stall-delayed-ack': {
    beside: ['slow'],
    async play({ isFaulty }) {
      const client = await Client.connect({ nagle: true });
      // Linux acknowledges at once what comes first on a connection, and begins to wait once it has answered.
      for (let turn = 0; turn < 12; turn++) await client.ask('version\r\n');
      if (isFaulty) {
        client.write('set user:1 0 0 5\r\n');
        // A write of its own: the kernel is to have sent the first before it gets the second.
        await sleep(1);
        client.write('alice\r\n');
      } else {
        client.write(`${one}\r\n`);
      }
      await client.read(/STORED\r\n/g);
      await client.close();
    },
  },

  retransmission: {
    beside: ['slow'],
    before,
    async play({ network, isFaulty }) {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      if (isFaulty) network.lose();
      client.write('get user:1\r\n');
      if (isFaulty) await sleep(50);
      network.deliver();
      await client.read(/END\r\n/g);
      await client.close();
    },
  },

  'syn-retry': {
    async play({ network, isFaulty }) {
      if (isFaulty) network.lose();
      const connected = Client.connect();
      if (isFaulty) await sleep(500);
      network.deliver();
      const client = await connected;
      await client.ask('version\r\n');
      await client.close();
    },
  },

  refused: {
    async play({ server, isFaulty }) {
      if (isFaulty) await server.stop();
      await say(['version']).catch(() => {});
    },
  },

  'too-many-connections': {
    // Some of these connections are the server's own.
    serverArgs: ['-c', '20'],
    async play({ isFaulty }) {
      const clients: Client[] = [];
      for (let from = 0; from < (isFaulty ? 12 : 2); from++) {
        const client = await Client.connect({ from });
        clients.push(client);
        // Who is turned away is told so before he asks.
        if ((await client.readWithin(20, /\n/g)) !== undefined) break;
        await client.ask('version\r\n');
      }
      for (const client of clients) await client.close();
    },
  },

  'zero-window': {
    // A window that nearly is 0 lets acknowledgments wait.
    beside: ['slow', 'retransmission'],
    besideTwin: ['retransmission'],
    before: () => say(items.map((item) => `set ${item} 0 0 1000\r\n${'v'.repeat(1000)}`)),
    async play({ isFaulty }) {
      // Room for few segments, so that the sample stays small; what a socket gets by itself is the second number.
      const usual = readFileSync(receiveBuffers);
      writeFileSync(receiveBuffers, '4096 8192 8192');
      try {
        const client = await Client.connect();
        if (isFaulty) client.socket.pause();
        client.write(`get ${items.join(' ')}\r\n`);
        if (isFaulty) await sleep(800);
        client.socket.resume();
        await client.read(/END\r\n/g);
        await client.close();
      } finally {
        writeFileSync(receiveBuffers, usual);
      }
    },
  },

  unanswered: {
    before,
    async play({ server, isFaulty }) {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      if (isFaulty) server.signal('SIGSTOP');
      client.write('get user:1\r\n');
      await (isFaulty ? server.stop() : client.read(/END\r\n/g));
      await client.close();
    },
  },

  'gave-up': {
    beside: ['slow'],
    before,
    async play({ server, isFaulty }) {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      server.signal('SIGSTOP');
      client.write('get user:1\r\n');
      if (isFaulty) await sleep(250);
      else await sleep(5);
      if (isFaulty) client.socket.destroy();
      server.signal('SIGCONT');
      if (!isFaulty) await client.read(/END\r\n/g);
      await client.close();
    },
  },

  churn: {
    async play({ isFaulty }) {
      if (!isFaulty) return say(Array.from({ length: 20 }, () => 'version'));
      for (let turn = 0; turn < 20; turn++) await say(['version']);
    },
  },
};
