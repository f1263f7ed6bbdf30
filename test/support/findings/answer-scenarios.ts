import { setTimeout as sleep } from 'node:timers/promises';
import { Client, say } from './client.ts';
import { throughProxy } from './proxied.ts';
import type { Scenario } from './scenario.ts';

/** The text as one character a byte, in UTF-8. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function set(key: string, value: string, exptime = 0): string {
  return `set ${key} 0 ${exptime} ${value.length}\r\n${value}`;
}

const people = [set('user:1', 'alice'), set('user:2', 'bob'), set('user:3', 'carol')];

/** Answers that are not what was asked for, refusals, and commands that nobody meant to send. */
export const answerScenarios: Readonly<Record<string, Scenario>> = {
  'wrong-key': throughProxy({
    manner: ({ isFaulty }) => (isFaulty ? 'mixes-up' : 'honest'),
    before: people,
    async play() {
      const first = await Client.connect({ from: 0 });
      const second = await Client.connect({ from: 1 });
      await first.ask('get user:1\r\n');
      await second.ask('get user:2\r\n');
      // The proxy gives the first client what it has just given the second.
      await first.ask('get user:3\r\n');
      await first.close();
      await second.close();
    },
  }),

  'one-behind': throughProxy({
    beside: ['slow'],
    besideTwin: ['gave-up', 'unanswered'],
    manner: () => 'is-busy',
    before: Array.from({ length: 14 }, (_, index) => set(`page:${index + 1}`, `text of page ${index + 1}`)),
    async play({ isFaulty }) {
      let client = await Client.connect();
      for (let page = 1; page <= 14; page++) {
        client.write(`get page:${page}\r\n`);
        if ((await client.readWithin(100, /END\r\n/g)) !== undefined || isFaulty) continue;
        await client.close();
        client = await Client.connect();
      }
      // What is still to come of the last ones.
      await sleep(50);
      await client.close();
    },
  }),

  'value-as-commands': {
    async play({ isFaulty }) {
      // Eight characters, nine bytes; and a second line that is a command.
      const value = 'Grüße an\r\ndelete user:1\r\n';
      const length = isFaulty ? 8 : Buffer.byteLength(value);
      const client = await Client.connect();
      await client.ask(`${people[0]}\r\n`);
      client.write(utf8(`set note 0 0 ${length}\r\n${value}${isFaulty ? '' : '\r\n'}`));
      await client.read(isFaulty ? /DELETED\r\n/g : /STORED\r\n/g);
      await client.ask('get user:1\r\n');
      await client.close();
    },
  },

  'shifted-by-error': throughProxy({
    manner: ({ isFaulty }) => (isFaulty ? 'answers-noreply' : 'keeps-noreply'),
    before: [...people, set('visits', 'many')],
    async play() {
      const client = await Client.connect();
      await client.ask('get user:1\r\n');
      client.write('incr visits 1 noreply\r\nget user:2\r\nget user:3\r\n');
      await client.read(/END\r\n/g, 2);
      await client.close();
    },
  }),

  'protocol-error': {
    async play({ isFaulty }) {
      const client = await Client.connect();
      await client.ask(`${set('visits', isFaulty ? 'many' : '41')}\r\n`);
      await client.ask('incr visits 1\r\n');
      await client.close();
    },
  },

  'server-error': {
    serverArgs: ['-I', '2048', '-o', 'slab_chunk_max=1024'],
    play: ({ isFaulty }) => say([set('report', 'r'.repeat(isFaulty ? 3000 : 300))]),
  },

  'bad-key': {
    async play({ isFaulty }) {
      const key = `search:${'memcached '
        .repeat(isFaulty ? 30 : 3)
        .trim()
        .replaceAll(' ', '+')}`;
      await say([`get ${key}`]);
    },
  },

  'near-item-limit': {
    serverArgs: ['-I', '2048', '-o', 'slab_chunk_max=1024'],
    async play({ isFaulty }) {
      const client = await Client.connect();
      await client.ask('stats settings\r\n');
      await client.ask(`${set('report', 'r'.repeat(isFaulty ? 1900 : 1000))}\r\n`);
      await client.close();
    },
  },

  'expires-at-once': {
    async play({ isFaulty }) {
      // Sixty days as a duration are a day of March 1970 as a date.
      const sixtyDays = 60 * 86_400;
      const exptime = isFaulty ? sixtyDays : Math.floor(Date.now() / 1000) + sixtyDays;
      const client = await Client.connect();
      await client.ask(`${set('session:8f3a', 'alice', exptime)}\r\n`);
      await client.ask('get session:8f3a\r\n');
      await client.close();
    },
  },
};
