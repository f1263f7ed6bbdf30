import memjs from 'memjs';
import type { Scale, Target } from '../recording.ts';

/** Every call of memjs 1.3, which speaks the binary protocol. */
export async function memjsClient({ host, port }: Target, scale: Scale): Promise<void> {
  const logger = { log: () => {} };
  const client = memjs.Client.create(`${host}:${port}`, { retries: 1, timeout: 5, expires: 60, logger });
  // First, since it sets the counters to zero.
  await new Promise<void>((resolve) => client.resetStats(() => resolve()));
  await client.set('plain', 'one', { expires: 10 });
  await client.set('binary', Buffer.from([0, 1, 2, 13, 10, 0x80, 0x81, 255]), {});
  await client.set('empty', '', {});
  await client.set('large', 'v'.repeat(scale.largeBytes), {});
  await client.set('ключ', 'значение', {});
  await client.add('plain', 'again', {});
  await client.add('added', 'two', { expires: 0 });
  await client.replace('added', 'three', {});
  await client.replace('nowhere', 'x', {});
  await client.append('added', '-end');
  await client.prepend('added', 'start-');
  // A refusal is an error here.
  await client.append('nowhere', 'x').catch(() => {});
  await client.prepend('nowhere', 'x').catch(() => {});
  for (const key of ['plain', 'binary', 'empty', 'large', 'ключ', 'added', 'nowhere']) await client.get(key);
  await client.set('counter', '41', {});
  await client.increment('counter', 1, {});
  await client.decrement('counter', 2, {});
  await client.increment('plain', 1, {}).catch(() => {});
  await client.touch('plain', 100);
  await client.touch('nowhere', 100);
  await client.delete('plain');
  await client.delete('plain');
  if (scale.sendsTooLarge) await client.set('too-large', 'v'.repeat(1_100_000), {}).catch(() => {});
  // Without waiting: requests and answers overlap.
  await Promise.all(
    Array.from({ length: scale.repeats }, (_, index) => client.set(`many:${index}`, `value ${index}`, {})),
  );
  await Promise.all(Array.from({ length: scale.repeats + 5 }, (_, index) => client.get(`many:${index}`)));
  await new Promise<void>((resolve) => client.stats(() => resolve()));
  await new Promise<void>((resolve) => client.statsWithKey('settings', () => resolve()));
  await client.flush();
  client.quit();
}
