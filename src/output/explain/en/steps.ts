import type { FlagName, Step, StepText } from '../texts.ts';

/** What is said of what a packet does in its connection, and of its flags. */

export const stepTexts: Readonly<Record<Step, StepText>> = {
  handshake1: {
    name: 'Handshake 1/3',
    first: ({ from, to }) => `the ${from} asks the ${to} for a connection; opening one takes three packets`,
    again: ({ from }) => `the ${from} opens another connection`,
  },
  handshake2: {
    name: 'Handshake 2/3',
    first: ({ from, to }) => `the ${from} agrees, and opens the direction from itself to the ${to}`,
    again: ({ from }) => `the ${from} agrees`,
  },
  handshake3: {
    name: 'Handshake 3/3',
    first: ({ from, to }) => `the ${from} confirms what the ${to} said; the connection is open`,
    again: () => 'the connection is open',
  },
  close1: {
    name: 'Close 1/4',
    first: ({ from }) =>
      `the ${from} will send nothing more; either side may begin a close: each ends its own direction and the other one confirms that, four steps in all`,
    again: ({ from }) => `the ${from} will send nothing more`,
  },
  close2: {
    name: 'Close 2/4',
    first: ({ from, to }) => `the ${from} confirms the ${to}'s FIN`,
    again: ({ from, to }) => `the ${from} confirms the ${to}'s FIN`,
  },
  close3: {
    name: 'Close 3/4',
    first: ({ from }) => `the ${from} will send nothing more, either`,
    again: ({ from }) => `the ${from} closes, too`,
  },
  closeBoth: {
    name: 'Close 3/4',
    first: ({ from, to }) =>
      `the ${from} closes its direction before it has seen the ${to}'s FIN: both close at once, and step 2 comes after this one`,
    again: () => 'both close at once',
  },
  close4: {
    name: 'Close 4/4',
    first: ({ from, to }) => `the ${from} confirms the ${to}'s FIN; nothing more will be sent either way`,
    again: () => 'closed both ways',
  },
  reset: {
    name: 'Reset',
    first: ({ from }) =>
      `the ${from} ends the connection at once, without the four steps of a close; data that was under way may be lost`,
    again: ({ from }) => `the ${from} ends the connection at once`,
  },
  refusal: {
    name: 'Reset',
    first: ({ from }) => `the ${from} refuses the connection; usually no program listens on that port`,
    again: ({ from }) => `the ${from} refuses the connection`,
  },
  request: {
    name: 'Request',
    first: ({ from, to }) => `the ${from} asks the ${to} for something`,
    again: () => '',
  },
  answer: { name: 'Answer', first: ({ from, to }) => `the ${from} replies to the ${to}`, again: () => '' },
  acknowledgment: {
    name: 'Acknowledgment only',
    first: ({ from }) => `it carries no data, and says what has arrived at the ${from}`,
    again: () => '',
  },
  duplicateAcknowledgment: {
    name: 'Acknowledgment only',
    first: ({ from, to }) =>
      `the ${from} repeats the last one although the ${to} has sent more: something may have been lost or overtaken on the way`,
    again: () => 'repeated, although more has been sent',
  },
  windowUpdate: {
    name: 'Acknowledgment only',
    first: ({ from }) => `nothing new has arrived; it tells how much room the ${from} has now`,
    again: () => 'a new window',
  },
  keepAlive: {
    name: 'Keep-alive',
    first: ({ from, to }) =>
      `after a silence the ${from} asks whether the ${to} is still there; its number is that of the last byte, which has arrived already, so that the ${to} has to acknowledge again`,
    again: ({ from, to }) => `the ${from} asks again whether the ${to} is still there`,
  },
  keepAliveAnswer: {
    name: 'Acknowledgment only',
    first: ({ from }) => `it answers the keep-alive: the ${from} is still there`,
    again: ({ from }) => `the ${from} is still there`,
  },
  zeroWindowProbe: {
    name: 'Probe of a zero window',
    first: ({ from, to }) => `the ${to} had said that it has no room; the ${from} asks whether that has changed`,
    again: ({ from }) => `the ${from} asks again for room`,
  },
  zeroWindowProbeAnswer: {
    name: 'Acknowledgment only',
    first: () => 'it answers the probe',
    again: () => 'it answers the probe',
  },
  retransmission: {
    name: 'Retransmission',
    first: ({ from }) =>
      `the ${from} sends again what it has sent before, usually because no acknowledgment of it has come`,
    again: () => 'sent before',
  },
  outOfOrder: {
    name: 'Out of order',
    first: () => 'these bytes come before some that were captured already; the receiver puts them in order',
    again: () => 'it fills a gap',
  },
  copy: {
    name: 'Copy',
    first: () => 'the packet before was captured twice; it was sent once',
    again: () => 'captured twice',
  },
};

export const flagTexts: Readonly<Record<FlagName, string>> = {
  SYN: '[S] is the flag SYN (synchronize): it opens a direction and tells the number from which its bytes are counted.',
  ACK: '[.] is the flag ACK (acknowledge): the packet says what its sender has received. All packets have it but the first of a connection and some resets.',
  PSH: '[P] is the flag PSH (push): pass the data on to the program now, and do not wait for more.',
  FIN: '[F] is the flag FIN (finish): its sender has no more data to send. It can still receive.',
  RST: '[R] is the flag RST (reset): the connection is over at once.',
  URG: '[U] is the flag URG (urgent): a part of the data, up to the urgent pointer, wants attention first.',
  ECE: '[E] is the flag ECE (ECN-Echo): on a SYN its sender offers to be told of congestion by marked packets; later it says that a marked one came.',
  CWR: '[W] is the flag CWR (congestion window reduced): its sender has slowed down; on a SYN it is part of the same offer as ECE.',
};
