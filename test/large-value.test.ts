import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from './support/packet-builder.ts';
import { recordsOf } from './support/records.ts';
import { runMcsniff } from './support/run-program.ts';

const mebibyte = 1024 * 1024;

/** As much of the most misleading text as fits. */
const pattern = '\r\nEND\r\nget x\r\nquit\r\n';
const value = pattern.repeat(Math.ceil(mebibyte / pattern.length)).slice(0, mebibyte);

/** Sizes that cut the pattern at each of its offsets, those of common paths, and the largest of loopback. */
const segmentSizes = [19, 20, 21, 100, 536, 1448, 8948, 32_741, 65_483];

describe('a value of 1 MiB full of commands', () => {
  for (const segmentSize of segmentSizes) {
    it(`is one set and one get in segments of ${segmentSize} bytes`, async () => {
      const conversation = new TcpConversation({ segmentSize });
      conversation.handshake();
      conversation.client(`set k 0 0 ${mebibyte}\r\n${value}\r\n`);
      conversation.server('STORED\r\n');
      conversation.client('get k\r\n');
      conversation.server(`VALUE k 0 ${mebibyte}\r\n${value}\r\nEND\r\n`);
      conversation.close();
      const { stdout, stderr } = await runMcsniff(['--json', '-r', '-'], pcapFile(conversation.packets));
      const records = recordsOf(stdout).filter(
        ({ event }) => event !== 'connection_open' && event !== 'connection_close' && event !== 'summary',
      );
      assert.deepEqual(
        records.map(({ event, command, status, bytes }) => [event, command, status, bytes]),
        [
          ['command', 'set', 'stored', mebibyte],
          ['command', 'get', 'hit', mebibyte],
        ],
        stderr,
      );
    });
  }
});
