import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Speaker } from '../../../protocols/protocol.ts';
import { Wire } from './wire.ts';

describe('a whole connection', () => {
  test('request, answer, close by the client', () => {
    const wire = new Wire().handshake();
    wire.client('P.', 1, 1, 'get a\r\n').server('P.', 1, 8, 'END\r\n').client('.', 8, 6);
    wire.client('F.', 8, 6).server('F.', 6, 9).client('.', 9, 7).end();
    assert.deepEqual(wire.take(), ['1 client "get a\\r\\n" #4 ack 0', '1 server "END\\r\\n" #5 ack 7', '1 end fin #8']);
    assert.equal(wire.anomalies.counts.size, 0);
  });

  test('half close: the other side goes on', () => {
    const wire = new Wire().handshake();
    wire.client('FP.', 1, 1, 'quit').server('.', 1, 6).server('P.', 1, 6, 'late').server('F.', 5, 6);
    assert.deepEqual(wire.take(), ['1 client "quit" #4 ack 0', '1 server "late" #6 ack 4', '1 end fin #7']);
  });

  test('sequence numbers wrap', () => {
    const wire = new Wire();
    wire.clientIsn = 0xfffffffe;
    wire.serverIsn = 0xffffffff;
    wire.client('S', 0, -0xffffffff).server('S.', 0, 1).client('P.', 1, 1, 'abc').server('P.', 1, 4, 'def');
    wire.client('P.', 4, 4, 'ghi').server('.', 4, 7).end();
    assert.deepEqual(wire.take(), [
      '1 client "abc" #3 ack 0',
      '1 server "def" #4 ack 3',
      '1 client "ghi" #5 ack 3',
      '1 end end_of_capture #7',
    ]);
  });

  test('opened, session and closed are told in order, with text of both ends', () => {
    const told: string[] = [];
    const wire = new Wire({
      opened: (connection) => told.push(`opened ${connection.id} ${connection.client} ${connection.server}`),
      closed: (connection, reason) => told.push(`closed ${connection.id} ${reason}`),
    });
    wire.handshake().client('R.', 1, 1);
    assert.deepEqual(told, ['opened 1 10.0.0.1:40000 10.0.0.2:11211', 'closed 1 rst']);
  });
});

test('requests that wait are asked of connections that are open', () => {
  const wire = new Wire();
  for (const clientPort of [1, 2, 3]) wire.client('S', 0, 0, '', { clientPort });
  wire.client('P.', 1, 1, 'get a\r\n', { clientPort: 3 }).client('R.', 1, 1, '', { clientPort: 1 });
  const waiting: string[] = [];
  wire.table.waiting(({ line }) => waiting.push(line), wire.arrival);
  assert.deepEqual(waiting, ['request of 2', 'request of 3']);
});

describe('where the connection begins', () => {
  test('missing SYN: each side begins with the first number known', () => {
    const wire = new Wire().client('P.', 500, 700, 'abc').server('P.', 700, 503, 'def').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #1 ack 0', '1 server "def" #2 ack 3', '1 end end_of_capture #3']);
  });

  test('missing SYN, server first: the known port tells who is the client', () => {
    const wire = new Wire().server('P.', 700, 503, 'def').client('P.', 503, 703, 'abc');
    assert.deepEqual(wire.take(), ['1 server "def" #1 ack 0', '1 client "abc" #2 ack 3']);
  });

  test('both ports could be a server: the first payload that tells who says it decides', () => {
    const speakerOf = (bytes: Buffer, start: number, end: number): Speaker | undefined => {
      const said = bytes.toString('latin1', start, end);
      if (said.startsWith('ask')) return 'client';
      return said.startsWith('answer') ? 'server' : undefined;
    };
    const asked = new Wire({ isServerPort: () => true, speakerOf });
    asked.server('.', 1, 1).server('P.', 1, 1, 'abc').client('P.', 1, 4, 'ask').server('P.', 4, 4, 'def');
    assert.deepEqual(asked.take(), ['1 client "ask" #3 ack 0', '1 server "def" #4 ack 3']);
    const answered = new Wire({ isServerPort: () => true, speakerOf });
    answered.client('P.', 1, 1, 'abc').server('P.', 1, 4, 'answer').client('P.', 4, 7, 'ask');
    assert.deepEqual(answered.take(), ['1 server "answer" #2 ack 0', '1 client "ask" #3 ack 6']);
  });

  test('both ports could be a server: SYN decides', () => {
    const wire = new Wire({ isServerPort: () => true }).handshake().server('P.', 1, 1, 'def');
    assert.deepEqual(wire.take(), ['1 server "def" #4 ack 0']);
  });

  test('reordered handshake: the answer, then data, then SYN', () => {
    const wire = new Wire().server('S.', 0, 1).client('P.', 1, 1, 'abc').client('S', 0, -5000);
    wire.client('.', 1, 1).server('P.', 1, 4, 'def').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #2 ack 0', '1 server "def" #5 ack 3', '1 end end_of_capture #6']);
  });

  test('data captured before both SYNs', () => {
    const wire = new Wire()
      .client('P.', 1, 1, 'abc')
      .client('S', 0, -5000)
      .server('S.', 0, 1)
      .server('P.', 1, 4, 'd')
      .end();
    assert.deepEqual(wire.take(), ['1 client "abc" #1 ack 0', '1 server "d" #4 ack 3', '1 end end_of_capture #5']);
  });

  test('a repeated SYN and a repeated answer are nothing', () => {
    const wire = new Wire().client('S', 0, -5000).client('S', 0, -5000).server('S.', 0, 1).server('S.', 0, 1);
    wire.client('P.', 1, 1, 'abc').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 end end_of_capture #6']);
  });

  test('the server changes its initial number before any data', () => {
    const wire = new Wire().client('S', 0, -5000).server('S.', 0, 1);
    wire.serverIsn = 900_000;
    wire.server('S.', 0, 1).client('.', 1, 1).server('P.', 1, 1, 'hello').end();
    assert.deepEqual(wire.take(), ['1 server "hello" #5 ack 0', '1 end end_of_capture #6']);
  });

  test('payload on SYN: fast open', () => {
    const wire = new Wire().client('S', 0, -5000, 'get a\r\n').server('S.', 0, 8).server('P.', 1, 8, 'END\r\n').end();
    assert.deepEqual(wire.take(), [
      '1 client "get a\\r\\n" #1 ack -1',
      '1 server "END\\r\\n" #3 ack 7',
      '1 end end_of_capture #4',
    ]);
  });

  test('payload on SYN that the server did not take is sent again', () => {
    const wire = new Wire().client('S', 0, -5000, 'get').server('S.', 0, 1).client('P.', 1, 1, 'get a').end();
    assert.deepEqual(wire.take(), ['1 client "get" #1 ack -1', '1 client " a" #3 ack 0', '1 end end_of_capture #4']);
  });

  test('simultaneous open', () => {
    const wire = new Wire().client('S', 0, -5000).server('S', 0, -1000).client('S.', 0, 1).server('S.', 0, 1);
    wire.client('P.', 1, 1, 'abc').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 end end_of_capture #6']);
  });

  test('a reset or another port opens nothing', () => {
    const wire = new Wire().client('R', 1, 1).client('P.', 1, 1, 'abc', { serverPort: 80 }).end();
    assert.deepEqual(wire.take(), []);
    assert.equal(wire.table.size, 0);
  });

  test('midway, a keep-alive first: its number lies one below the truth', () => {
    const wire = new Wire().client('.', 499, 700).server('.', 700, 500).client('P.', 500, 700, 'abc').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #3 ack 0', '1 end end_of_capture #4']);
  });

  test('midway, an acknowledgment first: what is missing after it is said', () => {
    const wire = new Wire().client('.', 500, 700).server('P.', 700, 510, 'abc').end();
    assert.deepEqual(wire.take(), ['1 client -10 #2', '1 server "abc" #2 ack 10', '1 end end_of_capture #3']);
  });
});

describe('repetition', () => {
  test('retransmission, whole, in part, and with more behind it', () => {
    const wire = new Wire().handshake().client('P.', 1, 1, 'abcdef').client('P.', 1, 1, 'abcdef');
    wire.client('P.', 3, 1, 'cd').client('P.', 4, 1, 'defghi').end();
    assert.deepEqual(wire.take(), ['1 client "abcdef" #4 ack 0', '1 client "ghi" #7 ack 0', '1 end end_of_capture #8']);
  });

  test('keep-alive with and without a byte, zero-window probe', () => {
    const wire = new Wire().handshake().client('P.', 1, 1, 'abc').server('.', 1, 4);
    wire.client('.', 3, 1).server('.', 1, 4).client('.', 3, 1, 'x').server('.', 1, 4);
    wire.server('.', 0, 4, '\0').client('.', 4, 1).client('P.', 4, 1, 'd').client('P.', 4, 1, 'def').end();
    assert.deepEqual(wire.take(), [
      '1 client "abc" #4 ack 0',
      '1 client "d" #12 ack 0',
      '1 client "ef" #13 ack 0',
      '1 end end_of_capture #14',
    ]);
    assert.equal(wire.anomalies.counts.size, 0);
  });

  test('retransmitted and reordered FIN', () => {
    const wire = new Wire().handshake().client('F.', 4, 1).client('P.', 1, 1, 'abc').client('F.', 4, 1);
    wire.client('FP.', 1, 1, 'abc').server('F.', 1, 5).server('F.', 1, 5).client('.', 5, 2).end();
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 end fin #8']);
    assert.equal(wire.anomalies.counts.size, 0);
  });

  test('data after FIN is ignored', () => {
    const wire = new Wire()
      .handshake()
      .client('FP.', 1, 1, 'abc')
      .client('P.', 1, 1, 'abcdef')
      .client('P.', 5, 1, 'x')
      .end();
    assert.deepEqual(wire.take(), ['1 client "abc" #4 ack 0', '1 end end_of_capture #7']);
    assert.equal(wire.anomalies.counts.get('dataAfterFin'), 2);
  });

  test('held bytes beyond FIN are dropped', () => {
    const wire = new Wire()
      .handshake()
      .client('P.', 3, 1, 'cdef')
      .client('FP.', 2, 1, 'bc')
      .client('P.', 1, 1, 'a')
      .end();
    assert.deepEqual(wire.take().slice(0, -1), [
      '1 client "a" #6 ack 0',
      '1 client "b" #5 ack 0',
      '1 client "c" #4 ack 0',
    ]);
    assert.equal(wire.table.heldBytes, 0);
  });

  test('bytes that contradict held ones are counted, the first win', () => {
    const wire = new Wire()
      .handshake()
      .client('P.', 3, 1, 'cd')
      .client('P.', 2, 1, 'bXde')
      .client('P.', 1, 1, 'a')
      .end();
    assert.deepEqual(wire.take().slice(0, -1), [
      '1 client "a" #6 ack 0',
      '1 client "b" #5 ack 0',
      '1 client "cd" #4 ack 0',
      '1 client "e" #5 ack 0',
    ]);
    assert.equal(wire.anomalies.counts.get('overlapConflict'), 1);
  });
});

describe('holes', () => {
  test('an acknowledgment proves a hole before its own data', () => {
    const wire = new Wire().handshake().server('P.', 1, 13, 'END\r\n');
    assert.deepEqual(wire.take(), ['1 client -12 #4', '1 server "END\\r\\n" #4 ack 12']);
  });

  test('a segment beyond a hole waits, and is delivered with its own arrival when the hole is filled', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def');
    assert.deepEqual(wire.take(), []);
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 client "def" #4 ack 0']);
    assert.equal(wire.table.heldBytes, 0);
  });

  test('held data behind a proven hole is delivered, data beyond the acknowledgment stays', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def').client('P.', 10, 1, 'jkl').server('.', 1, 7);
    assert.deepEqual(wire.take(), ['1 client -3 #6', '1 client "def" #4 ack 0']);
    wire.client('P.', 7, 1, 'ghi');
    assert.deepEqual(wire.take(), ['1 client "ghi" #7 ack 0', '1 client "jkl" #5 ack 0']);
  });

  test('the hole up to the acknowledgment is declared once, its bytes are old afterwards', () => {
    const wire = new Wire().handshake().server('.', 1, 11).client('P.', 1, 1, '0123456789').client('P.', 11, 1, 'x');
    assert.deepEqual(wire.take(), ['1 client -10 #4', '1 client "x" #6 ack 0']);
  });

  test('a segment that opens a hole and speaks of bytes never captured: own hole, other hole, data', () => {
    const wire = new Wire().handshake().client('P.', 15, 6, 'get userId\r\n');
    wire.server('P.', 6, 27, 'x'.repeat(29)).client('.', 27, 35).client('P.', 153, 160, 'set\r\n');
    assert.deepEqual(wire.take(), [
      '1 client -14 #4',
      '1 server -5 #4',
      '1 client "get userId\\r\\n" #4 ack 5',
      `1 server "${'x'.repeat(29)}" #5 ack 26`,
      '1 client -126 #7',
      '1 server -125 #7',
      '1 client "set\\r\\n" #7 ack 159',
    ]);
  });

  test('the same from the server', () => {
    const wire = new Wire().handshake().server('P.', 6, 27, 'abc');
    assert.deepEqual(wire.take(), ['1 server -5 #4', '1 client -26 #4', '1 server "abc" #4 ack 26']);
  });

  test('one side only: each acknowledgment proves another hole', () => {
    const wire = new Wire().client('S', 0, -5000).client('.', 1, 1).client('P.', 1, 1, 'a').client('P.', 2, 6, 'b');
    wire.client('.', 3, 11).client('F.', 3, 11).client('.', 4, 12).end();
    assert.deepEqual(wire.take(), [
      '1 client "a" #3 ack 0',
      '1 server -5 #4',
      '1 client "b" #4 ack 5',
      '1 server -5 #5',
      '1 end end_of_capture #8',
    ]);
  });

  test('the acknowledgment of FIN is not a missing byte, but proves a hole before FIN', () => {
    const wire = new Wire().handshake().client('F.', 11, 1).server('.', 1, 12);
    assert.deepEqual(wire.take(), ['1 client -10 #5']);
    wire.server('F.', 1, 12).client('.', 12, 2);
    assert.deepEqual(wire.take(), ['1 end fin #6']);
  });

  test('an acknowledgment of FIN captured before FIN', () => {
    const wire = new Wire().handshake().server('.', 1, 2).client('F.', 1, 1).server('F.', 1, 2).client('.', 2, 2);
    assert.deepEqual(wire.take(), ['1 end fin #6']);
  });

  test('a single missing byte is told from a FIN by what follows', () => {
    const later = new Wire().handshake().server('.', 1, 2).client('P.', 2, 1, 'b');
    assert.deepEqual(later.end().take(), ['1 client -1 #5', '1 client "b" #5 ack 0', '1 end end_of_capture #6']);
    const answered = new Wire().handshake().server('P.', 1, 2, 'ERROR');
    assert.deepEqual(answered.take(), ['1 client -1 #4', '1 server "ERROR" #4 ack 1']);
    const atEnd = new Wire().handshake().server('.', 1, 2).end();
    assert.deepEqual(atEnd.take(), ['1 client -1 #5', '1 end end_of_capture #5']);
  });

  test('a single missing byte before held bytes is proven at once', () => {
    const wire = new Wire().handshake().client('P.', 2, 1, 'b').server('.', 1, 2);
    assert.deepEqual(wire.take(), ['1 client -1 #5', '1 client "b" #4 ack 0']);
  });

  test('a FIN that was not captured is not a missing byte', () => {
    const acknowledged = new Wire().handshake().server('.', 1, 2).server('F.', 1, 2).client('.', 2, 2).end();
    assert.deepEqual(acknowledged.take(), ['1 end end_of_capture #7']);
    const passed = new Wire().handshake().server('F.', 1, 1).client('.', 2, 2).end();
    assert.deepEqual(passed.take(), ['1 end end_of_capture #6']);
    const reset = new Wire().handshake().client('R.', 2, 1);
    assert.deepEqual(reset.take(), ['1 end rst #4']);
  });

  test('a FIN captured after it was taken for a missing byte', () => {
    const wire = new Wire().handshake().server('P.', 1, 2, 'x').client('F.', 1, 1).server('F.', 2, 2);
    assert.deepEqual(wire.take(), ['1 client -1 #4', '1 server "x" #4 ack 1', '1 end fin #6']);
  });

  test('what was sent and never seen is declared at the end, requests before answers', () => {
    const wire = new Wire().handshake().client('P.', 11, 1, 'b').server('P.', 21, 1, 'y').end();
    assert.deepEqual(wire.take(), [
      '1 client -10 #6',
      '1 client "b" #4 ack 0',
      '1 server -20 #6',
      '1 server "y" #5 ack 0',
      '1 end end_of_capture #6',
    ]);
  });
});

describe('truncated by the snapshot length', () => {
  test('the tail is missing at once', () => {
    const wire = new Wire().handshake().client('P.', 1, 1, 'abcdef', { captured: 2 }).client('P.', 7, 1, 'ghi');
    assert.deepEqual(wire.take(), ['1 client "ab" #4 ack 0', '1 client -4 #4', '1 client "ghi" #5 ack 0']);
  });

  test('out of order, the tail is missing when its turn comes', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'defghi', { captured: 3 }).client('P.', 10, 1, 'j');
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), [
      '1 client "abc" #6 ack 0',
      '1 client "def" #4 ack 0',
      '1 client -3 #4',
      '1 client "j" #5 ack 0',
    ]);
  });

  test('a retransmission fills the tail before its turn', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'defghi', { captured: 1 }).client('P.', 6, 1, 'fgh');
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), [
      '1 client "abc" #6 ack 0',
      '1 client "d" #4 ack 0',
      '1 client -1 #4',
      '1 client "fgh" #5 ack 0',
      '1 client -1 #4',
    ]);
  });

  test('a proven hole and a segment without any captured byte behind it are one gap', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def', { captured: 0 }).server('.', 1, 7);
    assert.deepEqual(wire.take(), ['1 client -6 #5']);
  });
});

describe('reset', () => {
  test('its payload is not data; what is held comes before the end', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def').server('R.', 1, 1, 'go away');
    assert.deepEqual(wire.take(), ['1 client -3 #5', '1 client "def" #4 ack 0', '1 end rst #5']);
  });

  test('bytes sent before it and never captured are missing', () => {
    const wire = new Wire().handshake().client('R.', 21, 1);
    assert.deepEqual(wire.take(), ['1 client -20 #4', '1 end rst #4']);
  });

  test('outside the window it is ignored and counted', () => {
    const wire = new Wire().handshake().client('P.', 1, 1, 'abc').server('.', 1, 4);
    wire.client('R', 1, 0).client('R', 100_000_000, 0).client('P.', 4, 1, 'def');
    assert.deepEqual(wire.take(), ['1 client "abc" #4 ack 0', '1 client "def" #8 ack 0']);
    assert.equal(wire.anomalies.counts.get('resetOutsideWindow'), 2);
  });

  test('the answer to a SYN to a closed port', () => {
    const wire = new Wire().client('S', 0, -5000).server('R.', -5000, 1);
    assert.deepEqual(wire.take(), ['1 end rst #2']);
  });

  test('after it, nothing of the connection opens another', () => {
    const wire = new Wire().handshake().client('R.', 1, 1).server('P.', 1, 1, 'abc').server('F.', 4, 1);
    assert.deepEqual(wire.end().take(), ['1 end rst #4']);
    assert.equal(wire.table.size, 1);
  });
});

describe('numbers that cannot be believed', () => {
  test('a far segment and a far acknowledgment are ignored and counted', () => {
    const wire = new Wire().handshake().client('P.', 0x50000000, 1, 'x').client('P.', 1, 0x50000000, 'abc').end();
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack -1', '1 end end_of_capture #6']);
    assert.equal(wire.anomalies.counts.get('sequenceOutsideWindow'), 1);
    assert.equal(wire.anomalies.counts.get('acknowledgmentOutsideWindow'), 1);
  });
});

describe('the same ports again', () => {
  test('a new SYN after the close begins another connection', () => {
    const wire = new Wire().handshake().client('F.', 1, 1).server('F.', 1, 2).client('.', 2, 2);
    wire.clientIsn = 77_000_000;
    wire.serverIsn = 88_000_000;
    wire.handshake().client('P.', 1, 1, 'abc').end();
    assert.deepEqual(wire.take(), ['1 end fin #5', '2 client "abc" #10 ack 0', '2 end end_of_capture #11']);
  });

  test('a new SYN on an open connection replaces it', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def');
    wire.clientIsn = 77_000_000;
    wire.handshake();
    assert.deepEqual(wire.take(), ['1 client -3 #5', '1 client "def" #4 ack 0', '1 end replaced #5']);
  });

  test('the answer to a SYN that was not captured replaces it too', () => {
    const wire = new Wire().handshake();
    wire.clientIsn = 77_000_000;
    wire.serverIsn = 88_000_000;
    wire.server('S.', 0, 1).client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 end replaced #4', '2 client "abc" #5 ack 0']);
  });

  test('the old SYN repeated after the close is nothing', () => {
    const wire = new Wire().handshake().client('R.', 1, 1).client('S', 0, -5000).end();
    assert.deepEqual(wire.take(), ['1 end rst #4']);
  });

  test('data far from the old numbers after the close is of a connection whose SYN was not captured', () => {
    const wire = new Wire().handshake().client('P.', 1, 1, 'abc').client('R.', 4, 1);
    wire.client('P.', 1, 1, 'abc').client('P.', 4, 1, 'def').client('.', 50_000_000, 1);
    wire.client('P.', 50_000_000, 70_000_000, 'ghi').end();
    assert.deepEqual(wire.take(), [
      '1 client "abc" #4 ack 0',
      '1 end rst #5',
      '2 client "ghi" #9 ack 0',
      '2 end end_of_capture #10',
    ]);
  });

  test('a SYN shortly below one captured late is of another connection', () => {
    const wire = new Wire().client('P.', 1, 1, 'abc').client('S', 0, -5000).client('S', -100, -5000);
    assert.deepEqual(wire.take(), ['1 client "abc" #1 ack 0', '1 end replaced #3']);
  });

  test('a closed connection gives up its place after a while', () => {
    const wire = new Wire().handshake().client('R.', 1, 1).wait(61).client('P.', 1, 1, 'abc').end();
    assert.deepEqual(wire.take(), ['1 end rst #4', '2 client "abc" #5 ack 0', '2 end end_of_capture #6']);
  });
});

describe('limits', () => {
  test('idle connections expire by packet time', () => {
    const wire = new Wire().handshake().client('P.', 4, 1, 'def').wait(3601);
    wire.client('S', 0, -5000, '', { clientPort: 40_001 });
    assert.deepEqual(wire.take(), ['1 client -3 #5', '1 client "def" #4 ack 0', '1 end expired #5']);
    assert.equal(wire.table.size, 1);
  });

  test('activity keeps a connection, time that goes backwards ends none', () => {
    const wire = new Wire().handshake().wait(3000).client('P.', 1, 1, 'a').wait(3000).client('P.', 2, 1, 'b');
    wire.wait(-100_000).client('P.', 3, 1, 'c').wait(3000).client('P.', 4, 1, 'd');
    assert.equal(wire.take().length, 4);
    assert.equal(wire.table.size, 1);
  });

  test('one wrong time stamp does not keep a connection for ever', () => {
    const wire = new Wire().handshake().wait(1e6).client('P.', 1, 1, 'a', { clientPort: 40_001 }).wait(-1e6);
    wire.client('P.', 1, 1, 'a', { clientPort: 40_002 }).wait(3601).client('P.', 1, 1, 'a', { clientPort: 40_003 });
    assert.equal(wire.table.size, 1);
  });

  test('too many connections: the one idle longest goes', () => {
    const wire = new Wire({ limits: { connections: 2 } });
    for (const clientPort of [1, 2, 3]) wire.client('P.', 1, 1, 'a', { clientPort });
    assert.deepEqual(wire.take(), [
      '1 client "a" #1 ack 0',
      '2 client "a" #2 ack 0',
      '1 end expired #3',
      '3 client "a" #3 ack 0',
    ]);
    assert.equal(wire.anomalies.counts.get('connectionLimit'), 1);
    assert.equal(wire.table.size, 2);
  });

  test('too many connections: idle counts from the last packet', () => {
    const wire = new Wire({ limits: { connections: 2 } });
    wire.client('P.', 1, 1, 'a', { clientPort: 1 }).client('P.', 1, 1, 'a', { clientPort: 2 });
    wire.client('P.', 2, 1, 'b', { clientPort: 1 }).client('P.', 1, 1, 'a', { clientPort: 3 });
    assert.deepEqual(wire.take().slice(3), ['2 end expired #4', '3 client "a" #4 ack 0']);
  });

  test('too many connections: one that is over goes first', () => {
    const wire = new Wire({ limits: { connections: 2 } });
    wire.client('P.', 1, 1, 'a', { clientPort: 1 }).client('P.', 1, 1, 'a', { clientPort: 2 });
    wire.client('R.', 2, 1, '', { clientPort: 2 }).client('P.', 1, 1, 'a', { clientPort: 3 });
    assert.deepEqual(wire.take().slice(2), ['2 end rst #3', '3 client "a" #4 ack 0']);
    assert.equal(wire.anomalies.counts.size, 0);
  });

  for (const [name, limit] of [
    ['bytes', { outOfOrderBytes: 10 }],
    ['segments', { outOfOrderSegments: 2 }],
    ['total bytes', { outOfOrderTotalBytes: 1000 }],
  ] as const) {
    test(`too many ${name} out of order: the first hole is given up`, () => {
      const wire = new Wire({ limits: limit }).handshake().client('P.', 11, 1, 'aaaa').client('P.', 21, 1, 'bbbb');
      assert.deepEqual(wire.take(), []);
      wire.client('P.', 31, 1, 'cccc');
      assert.deepEqual(wire.take(), ['1 client -10 #6', '1 client "aaaa" #4 ack 0']);
      const anomaly = name === 'total bytes' ? 'outOfOrderTotalLimit' : 'outOfOrderLimit';
      assert.equal(wire.anomalies.counts.get(anomaly), 1);
      wire.client('P.', 15, 1, '123456');
      assert.deepEqual(wire.take(), ['1 client "123456" #7 ack 0', '1 client "bbbb" #5 ack 0']);
    });
  }

  test('100,000 connections leave no more than the limit allows', () => {
    const limits = { connections: 1000 };
    const wire = new Wire({ limits, open: () => ({ data() {}, gap() {}, waiting() {}, end() {} }) });
    for (let index = 0; index < 100_000; index++) {
      const extras = { clientPort: 1 + (index % 60_000), clientAddress: 1 + Math.floor(index / 60_000) };
      wire.client('P.', 11, 1, 'x', extras);
      if (index % 2 === 0) wire.client('P.', 21, 1, 'x', extras);
    }
    assert.equal(wire.table.size, 1000);
    assert.ok(wire.table.heldBytes < 1000 * 300);
    wire.end();
    assert.equal(wire.table.heldBytes, 0);
  });
});

describe('look-ahead', () => {
  test('what comes later is no hole, and what acknowledges it waits', () => {
    const wire = new Wire({ comesLater: (_connection, fromClient) => fromClient }).handshake();
    wire.server('P.', 1, 4, 'def').server('F.', 4, 4);
    assert.deepEqual(wire.take(), []);
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 client "abc" #6 ack 0', '1 server "def" #4 ack 3']);
  });

  test('an own hole is no loss while the bytes acknowledged with it come later', () => {
    const wire = new Wire({ comesLater: (_connection, fromClient) => !fromClient }).handshake();
    wire.client('P.', 4, 4, 'def').server('P.', 1, 1, 'xyz');
    assert.deepEqual(wire.take(), ['1 server "xyz" #5 ack 0']);
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 client "abc" #6 ack 0', '1 client "def" #4 ack 3']);
  });

  test('an answer that acknowledges data and FIN, all captured later', () => {
    const wire = new Wire({ comesLater: (_connection, fromClient) => fromClient }).handshake();
    wire.server('FP.', 1, 5, 'xyz').client('FP.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 server "xyz" #4 ack 3', '1 end fin #5']);
  });

  test('what acknowledges data and FIN, captured before both, proves no byte in place of FIN', () => {
    const later = { data: true, fin: true };
    const wire = new Wire({ comesLater: () => later.data, finComesLater: () => later.fin }).handshake();
    wire.server('.', 1, 5);
    later.data = false;
    wire.client('P.', 1, 1, 'abc');
    later.fin = false;
    wire.client('F.', 4, 1).server('F.', 1, 5);
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 end fin #7']);
  });

  test('and a byte before FIN that does not come is missing all the same', () => {
    const wire = new Wire({ comesLater: () => false, finComesLater: () => true }).handshake();
    wire.server('.', 1, 5).client('F.', 4, 1).server('F.', 1, 5);
    assert.deepEqual(wire.take(), ['1 client -3 #4', '1 end fin #6']);
  });

  test('a reset waits for earlier bytes', () => {
    let later = true;
    const wire = new Wire({ comesLater: () => later }).handshake().client('R.', 4, 1);
    assert.deepEqual(wire.take(), []);
    later = false;
    wire.client('P.', 1, 1, 'abc');
    assert.deepEqual(wire.take(), ['1 client "abc" #5 ack 0', '1 end rst #5']);
  });
});

describe('the caller', () => {
  test('at the end of the capture connections end in the order in which they began', () => {
    const wire = new Wire();
    for (const clientPort of [1, 2, 3]) wire.client('P.', 1, 1, 'a', { clientPort });
    wire.client('P.', 2, 1, 'b', { clientPort: 1 }).take();
    assert.deepEqual(wire.end().take(), [
      '1 end end_of_capture #5',
      '2 end end_of_capture #5',
      '3 end end_of_capture #5',
    ]);
  });

  test('a connection that is not of interest costs no number and is asked for once', () => {
    const asked: number[] = [];
    const wire = new Wire({
      open: (connection) => {
        asked.push(connection.clientPort);
        return undefined;
      },
    });
    wire.handshake().client('P.', 1, 1, 'abc').client('F.', 4, 1).server('F.', 1, 5).end();
    assert.deepEqual(asked, [40_000]);
  });

  test('a connection from a server port to another port is not of interest', () => {
    const wire = new Wire().client('S', 0, 0, '', { clientPort: 11_211, serverPort: 80 });
    wire.client('P.', 1, 1, 'GET /', { clientPort: 11_211, serverPort: 80 }).end();
    assert.deepEqual(wire.take(), []);
  });

  test('a session that throws costs its connection only', () => {
    const told: string[] = [];
    const wire = new Wire({
      open: ({ id }) => ({
        data() {
          told.push(`${id} data`);
          if (id === 1) throw new Error('bug');
        },
        gap() {},
        waiting() {},
        end: (reason) => void told.push(`${id} ${reason}`),
      }),
    });
    assert.throws(() => wire.client('P.', 1, 1, 'a', { clientPort: 1 }));
    assert.equal(wire.table.abandon(wire.arrival)?.id, 1);
    assert.equal(wire.table.abandon(wire.arrival), undefined);
    wire.client('P.', 2, 1, 'b', { clientPort: 1 }).client('P.', 1, 1, 'a', { clientPort: 2 }).end();
    assert.deepEqual(told, ['1 data', '2 data', '2 end_of_capture']);
  });

  test('a connection to itself', () => {
    const wire = new Wire();
    const extras = { clientAddress: 0x0a000002, clientPort: 11_211 };
    wire.client('S', 0, 0, '', extras).client('S.', 0, 1, '', extras).client('P.', 1, 1, 'a', extras).end();
    assert.ok(wire.take().length > 0);
  });
});
