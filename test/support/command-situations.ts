/** Captures of what clients say and servers answer, one function each. */
import { capture, exchange, open } from './plain-session.ts';

export function valueOfCommands(): Buffer {
  const conversation = open({ segmentSize: 64 });
  const value = '\r\nEND\r\nget x\r\nquit\r\n'.repeat(20);
  conversation.client(`set trap 0 0 ${value.length}\r\n${value}\r\n`);
  conversation.server('STORED\r\n');
  conversation.ack('client');
  conversation.client('get trap\r\n');
  conversation.server(`VALUE trap 0 ${value.length}\r\n${value}\r\nEND\r\n`);
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function pipelining(): Buffer {
  const conversation = open();
  conversation.client(
    'set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\nget a\r\nget b\r\nincr a 5\r\nbogus\r\ndelete b\r\nget b\r\n',
  );
  conversation.server('STORED\r\nSTORED\r\nVALUE a 0 1\r\n1\r\nEND\r\nVALUE b 0 1\r\n2\r\nEND\r\n');
  conversation.server('6\r\nERROR\r\nDELETED\r\nEND\r\n');
  conversation.ack('client');
  conversation.close();
  return capture(conversation);
}

export function noReply(): Buffer {
  const conversation = open();
  conversation.client('set a 0 0 1 noreply\r\n1\r\n');
  conversation.client('incr a 1 noreply\r\ndelete missing noreply\r\nget a\r\n');
  conversation.server('VALUE a 0 1\r\n2\r\nEND\r\n');
  conversation.ack('client');
  conversation.client('quit\r\n');
  conversation.close('server');
  return capture(conversation);
}

export function multiGet(): Buffer {
  const conversation = open();
  exchange(conversation, 'get a b c\r\n', 'VALUE a 0 3\r\none\r\nVALUE c 0 5\r\nthree\r\nEND\r\n');
  exchange(conversation, 'gets a c\r\n', 'VALUE a 0 3 41\r\none\r\nVALUE c 0 5 42\r\nthree\r\nEND\r\n');
  exchange(conversation, 'get x y\r\n', 'END\r\n');
  conversation.close();
  return capture(conversation);
}
