import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LinkType } from '../../protocols/packet.ts';
import { toldOf } from '../support/both-ways.ts';
import { pcapFile } from '../support/capture-file.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';

/** A client that waits for each answer, so often. */
function exchange(conversation: TcpConversation, times: number, request = 'get a\r\n', answer = 'END\r\n'): void {
  for (let left = times; left > 0; left--) {
    conversation.client(request);
    conversation.server(answer);
    conversation.ack('client');
  }
}

/** What both ways say, which has to be the same. */
function told(conversation: TcpConversation): { readonly records: string; readonly share: number } {
  const file = pcapFile(conversation.packets, { linkType: LinkType.ethernet });
  const general = toldOf(file, { express: false });
  const express = toldOf(file, { express: true });
  assert.equal(express.lines, general.lines);
  assert.equal(express.records, general.records);
  return { records: express.records, share: express.express / conversation.packets.length };
}

suite('the express way', () => {
  for (const lost of ['client', 'server'] as const) {
    test(`has a connection again once its client has waited often enough behind a hole of the ${lost}`, () => {
      const conversation = new TcpConversation();
      conversation.handshake();
      exchange(conversation, 20);
      for (let holes = 0; holes < 3; holes++) {
        conversation.client('get lost\r\n', { lost: lost === 'client' });
        conversation.server('VALUE lost 0 2\r\nab\r\nEND\r\n', { lost: lost === 'server' });
        exchange(conversation, 100);
      }
      const { share } = told(conversation);
      assert.ok(share > 0.8, `${share} went the express way`);
    });
  }

  test('takes a connection from its beginning to its end, also where somebody listens', () => {
    const conversation = new TcpConversation();
    conversation.handshake();
    exchange(conversation, 3);
    conversation.close('client');
    const file = pcapFile(conversation.packets, { linkType: LinkType.ethernet });
    const general = toldOf(file, { express: false, hears: true });
    const express = toldOf(file, { express: true, hears: true });
    assert.deepEqual(express.heard, general.heard);
    assert.equal(express.lines, general.lines);
    assert.equal(express.express, conversation.packets.length);
    for (const kind of ['handshake', 'fin', 'last_ack'])
      assert.match(express.heard.join('\n'), new RegExp(`"${kind}"`));
  });

  test('says nothing of a request that another one before it in its place asked for', () => {
    const conversation = new TcpConversation();
    conversation.handshake();
    exchange(conversation, 3, 'ms k 2 F7 T30\r\nab\r\n', 'HD\r\n');
    exchange(conversation, 3, 'mn\r\n', 'MN\r\n');
    const { records } = told(conversation);
    const noops = records.split('\n').filter((record) => record.includes('"command":"mn"'));
    assert.equal(noops.length, 3);
    for (const record of noops) assert.equal(JSON.parse(record).exptime, undefined);
  });
});

test('what the server had sent, and its client heard, it did not drop for a later line that it refuses', () => {
  const conversation = new TcpConversation();
  conversation.handshake();
  conversation.client('set a 0 1.5 5\r\nget a\r\n');
  conversation.client('prepend n 5 -1 2\r\n17\r\n');
  conversation.server('CLIENT_ERROR bad command line format\r\nVALUE a 0 5\r\nget a\r\nEND\r\n');
  conversation.client('incr n 1\r\n');
  conversation.client('set b 0 -1 2 noreply\r\nxx\r\n');
  conversation.server('NOT_STORED\r\n');
  conversation.client('stats nosuch\r\n');
  conversation.server('421\r\n');
  conversation.server('ERROR\r\n');
  conversation.ack('client');
  conversation.client(`gets ${'k'.repeat(251)} e e\r\n`);
  conversation.server('CLIENT_ERROR bad command line format\r\n');
  conversation.client('incr m 19\r\n');
  conversation.client('incr n 7\r\n');
  conversation.server('NOT_FOUND\r\n');
  conversation.server('NOT_FOUND\r\n');
  const { records } = told(conversation);
  assert.match(records, /"command":"stats","args":"nosuch","status":"error"/);
  assert.doesNotMatch(records, /unanswered|unasked/);
});
