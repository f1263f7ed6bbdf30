import { setTimeout as sleep } from 'node:timers/promises';
import { Client, say } from './client.ts';
import type { Scenario } from './scenario.ts';

const names = Array.from({ length: 10 }, (_, index) => `user:${index + 1}`);
const storeAll = (): Promise<void> => say(names.map((name) => `set ${name} 0 0 5\r\nalice`));

/** Ways to use a cache that cost more than they have to. */
export const usageScenarios: Readonly<Record<string, Scenario>> = {
  'serial-gets': {
    before: storeAll,
    async play({ isFaulty }) {
      await say(isFaulty ? names.map((name) => `get ${name}`) : [`get ${names.join(' ')}`]);
    },
  },

  'repeated-get': {
    before: storeAll,
    async play({ isFaulty }) {
      const client = await Client.connect();
      // Slower than what `serial-gets` is about.
      for (let turn = 0; turn < (isFaulty ? 20 : 1); turn++) {
        await client.ask('get user:1\r\n');
        await sleep(20);
      }
      await client.close();
    },
  },

  'never-set': {
    async play({ isFaulty }) {
      const client = await Client.connect();
      for (let turn = 0; turn < 5; turn++) {
        const answer = await client.ask('get user:404\r\n');
        // A marker says that there is no such user.
        if (!isFaulty && !answer.startsWith('VALUE')) await client.ask('set user:404 0 60 4\r\nnone\r\n');
        await sleep(20);
      }
      await client.close();
    },
  },

  stampede: {
    async play({ isFaulty }) {
      const clients = await Promise.all([0, 1, 2].map((from) => Client.connect({ from })));
      await Promise.all(clients.map((client) => client.ask('get front-page\r\n')));
      // Who gets the lock makes the page, the others wait for it.
      const locks = isFaulty ? [] : await Promise.all(clients.map((client) => client.ask('add lock 0 5 1\r\n1\r\n')));
      await sleep(30);
      for (const [index, client] of clients.entries()) {
        if (isFaulty || locks[index] === 'STORED\r\n') await client.ask('set front-page 0 60 13\r\n<h1>News</h1>\r\n');
      }
      if (!isFaulty) for (const client of clients) await client.ask('get front-page\r\n');
      for (const client of clients) await client.close();
    },
  },

  'lock-contention': {
    async play({ isFaulty }) {
      const holder = await Client.connect({ from: 0 });
      const waiting = await Client.connect({ from: 1 });
      await holder.ask('add lock:report 0 30 1\r\n1\r\n');
      const pause = isFaulty ? 20 : 300;
      for (let turn = 0; turn < 5; turn++) {
        await waiting.ask('add lock:report 0 30 1\r\n1\r\n');
        await sleep(pause);
      }
      await holder.ask('delete lock:report\r\n');
      await waiting.ask('add lock:report 0 30 1\r\n1\r\n');
      await holder.close();
      await waiting.close();
    },
  },

  'cas-conflicts': {
    before: () => say(['set cart:7 0 0 5\r\napple']),
    async play({ isFaulty }) {
      const clients = await Promise.all([0, 1].map((from) => Client.connect({ from })));
      const put = async (client: Client, answer: string): Promise<void> => {
        const cas = /VALUE \S+ \d+ \d+ (\d+)/.exec(answer)?.[1];
        await client.ask(`cas cart:7 0 0 5 ${cas}\r\nlemon\r\n`);
      };
      for (let turn = 0; turn < 5; turn++) {
        const answers: string[] = [];
        for (const client of clients) {
          const answer = await client.ask('gets cart:7\r\n');
          if (isFaulty) answers.push(answer);
          else await put(client, answer);
        }
        // Both have read before either writes: the second comes too late.
        for (const [index, answer] of answers.entries()) await put(clients[index] as Client, answer);
      }
      for (const client of clients) await client.close();
    },
  },

  'hot-key': {
    // Few items are there, so that the capture stays small; all the same they are most of the bytes.
    before: () =>
      say([
        'set settings 0 0 4\r\ndark',
        ...Array.from({ length: 50 }, (_, index) => `set i${index + 1} 0 0 100\r\n${'v'.repeat(100)}`),
      ]),
    async play({ isFaulty }) {
      // Each page takes the settings and four things of its own; twelve web servers, so that no single one repeats itself.
      let item = 0;
      for (let from = 0; from < 12; from++) {
        const client = await Client.connect({ from });
        const pages = Array.from({ length: 17 }, (_, page) => {
          const keys = Array.from({ length: isFaulty ? 4 : 5 }, () => `i${++item}`);
          if (isFaulty || page === 0) keys[isFaulty ? 4 : 0] = 'settings';
          return `get ${keys.join(' ')}\r\n`;
        });
        await client.ask(pages.join(''), pages.length);
        await client.close();
      }
    },
  },

  'expensive-stats': {
    before: storeAll,
    play: ({ isFaulty }) => say([isFaulty ? 'stats cachedump 2 0' : 'stats']),
  },

  flushed: {
    before: storeAll,
    async play({ isFaulty }) {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      await client.ask(isFaulty ? 'flush_all\r\n' : 'delete user:1\r\n');
      await client.ask('get user:1\r\n');
      await client.close();
    },
  },
};
