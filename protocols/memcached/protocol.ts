import type { Protocol } from '../protocol.ts';
import { memcachedPort, memcachedServiceName } from './constants.ts';
import { RecognizingSession, speakerOf } from './recognition.ts';
import { MemcachedSession } from './session.ts';
import { UdpConversation } from './udp/conversation.ts';
import { UdpRequests } from './udp/requests.ts';

export const memcached: Protocol = {
  name: 'memcached',
  serviceName: memcachedServiceName,
  port: memcachedPort,
  open: (connection, context) =>
    context.recognized === undefined
      ? new MemcachedSession(connection, context)
      : new RecognizingSession(connection, context, context.recognized),
  speakerOf,
  datagrams: (context) => {
    const requests = new UdpRequests(context);
    return { open: (connection, answerComes) => new UdpConversation(connection, answerComes, requests) };
  },
};
