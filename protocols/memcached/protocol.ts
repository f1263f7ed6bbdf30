import type { Protocol } from '../protocol.ts';
import { memcachedPort } from './constants.ts';
import { RecognizingSession } from './recognition.ts';
import { MemcachedSession } from './session.ts';
import { UdpRequests } from './udp-requests.ts';

export const memcached: Protocol = {
  name: 'memcached',
  serviceName: 'memcache',
  port: memcachedPort,
  open: (connection, context) =>
    context.recognizes ? new RecognizingSession(connection, context) : new MemcachedSession(connection, context),
  datagrams: (context) => new UdpRequests(context),
};
