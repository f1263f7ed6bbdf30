import { promisify } from 'node:util';
import Memcached from 'memcached';
import type { Scale, Target } from '../recording.ts';

/** Every call of the npm package memcached 2.2, which speaks the classic text protocol. */
export async function memcachedClient({ host, port }: Target, scale: Scale): Promise<void> {
  const client = new Memcached(`${host}:${port}`, { poolSize: 3, retries: 0, timeout: 5000 });
  const set = promisify(client.set).bind(client);
  const get = promisify(client.get).bind(client);
  await set('plain', 'one', 10);
  await set('binary', Buffer.from([0, 1, 2, 13, 10, 0x80, 0x81, 255]), 0);
  await set('empty', '', 0);
  await set('large', 'v'.repeat(scale.largeBytes), 0);
  await set('object', { name: 'nick', lines: ['END\r\n', 'get x\r\n'] }, 0);
  await set('number', 41, 0);
  await promisify(client.add).call(client, 'added', 'two', 0);
  // A refusal (NOT_STORED, for example) is an error here.
  await promisify(client.add).call(client, 'plain', 'again', 0).catch(ignore);
  await promisify(client.replace).call(client, 'added', 'three', 0);
  await promisify(client.replace).call(client, 'nowhere', 'x', 0).catch(ignore);
  await promisify(client.append).call(client, 'added', '-end').catch(ignore);
  await promisify(client.prepend).call(client, 'added', 'start-').catch(ignore);
  await promisify(client.append).call(client, 'nowhere', 'x').catch(ignore);
  for (const key of ['plain', 'binary', 'empty', 'large', 'object', 'number', 'added', 'nowhere']) await get(key);
  const { cas } = (await promisify(client.gets).call(client, 'plain')) as { cas: string };
  await promisify(client.gets).call(client, 'nowhere');
  await promisify(client.cas).call(client, 'plain', 'two', cas, 0);
  await promisify(client.cas).call(client, 'plain', 'three', cas, 0).catch(ignore);
  await promisify(client.getMulti).call(client, ['plain', 'nowhere', 'empty', 'large', 'added']);
  await promisify(client.incr).call(client, 'number', 1).catch(ignore);
  await promisify(client.decr).call(client, 'number', 2).catch(ignore);
  await promisify(client.incr).call(client, 'nowhere', 1).catch(ignore);
  await promisify(client.incr).call(client, 'plain', 1).catch(ignore);
  await promisify(client.touch).call(client, 'plain', 100).catch(ignore);
  await promisify(client.touch).call(client, 'nowhere', 100).catch(ignore);
  await promisify(client.del).call(client, 'plain');
  await promisify(client.del).call(client, 'plain').catch(ignore);
  await Promise.all(Array.from({ length: scale.repeats }, (_, index) => set(`many:${index}`, `value ${index}`, 0)));
  await Promise.all(Array.from({ length: scale.repeats + 5 }, (_, index) => get(`many:${index}`)));
  await promisify(client.version).call(client);
  await promisify(client.stats).call(client);
  await promisify(client.settings).call(client);
  await promisify(client.slabs).call(client).catch(ignore);
  await promisify(client.items).call(client).catch(ignore);
  await promisify(client.cachedump).call(client, `${host}:${port}`, 1, 10).catch(ignore);
  await promisify(client.flush).call(client);
  client.end();
}

function ignore(): void {}
