import type { Protocol } from '../protocol.ts';
import { memcachedPort } from './constants.ts';
import { MemcachedSession } from './session.ts';

export const memcached: Protocol = {
  name: 'memcached',
  serviceName: 'memcache',
  port: memcachedPort,
  open: (connection, context) => new MemcachedSession(connection, context),
};
