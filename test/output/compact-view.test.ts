import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { CompactView } from '../../src/output/compact-view.ts';
import { OutputStream } from '../../src/output/output-stream.ts';
import { colors } from '../../src/output/terminal.ts';
import { answered, arrivalOf, connectionInfo, request } from '../support/hand-made.ts';
import { mainPath, runMcsniff, runProgram } from '../support/run-program.ts';

const connection = connectionInfo();

function view(columns: number, tell: (view: CompactView) => void, when: 'always' | 'never' = 'never'): string[] {
  const output = new OutputStream(new Writable(), (error) => assert.fail(error));
  const settings = { isRelative: false, hidesLatency: false, redaction: undefined };
  const presentation = { settings, origin: { us: 0 }, hidesTimes: false };
  tell(new CompactView(output, { columns: () => columns, colors: colors(when, {}), patterns: [], presentation }));
  return output.text.toString().trimEnd().split('\n');
}

function told(columns: number, ...transactions: Transaction[]): string[] {
  return view(columns, (compact) => {
    for (const transaction of transactions) compact.transaction(connection, transaction);
  });
}

const error = 'SERVER_ERROR object too large for cache';

describe('CompactView', () => {
  it('aligns its columns, and cuts its lines to the width of the terminal', () => {
    const transactions = [
      answered(`get ${'k'.repeat(250)}`, { status: 'hit', hits: 1, retrieves: true, bytes: 12_345 }),
      answered('get b', { status: 'miss', misses: 1, retrieves: true, bytes: 0 }),
      answered('delete b', { status: 'not_found', outcome: 'NOT_FOUND' }),
    ];
    for (const columns of [80, 120, 200]) {
      const lines = told(columns, ...transactions);
      for (const line of lines) assert.ok(line.length <= columns, line);
      assert.equal(new Set(lines.map((line) => line.lastIndexOf('120us'))).size, 1, lines.join('\n'));
    }
  });

  it('says an error in full behind the columns, as far as there is room', () => {
    const failed = answered('set a', { status: 'server_error', outcome: error });
    assert.ok(told(200, failed)[0]?.endsWith(` 120us ${error}`));
    assert.equal(told(90, failed)[0]?.length, 90);
  });

  it('says what the client waited where that is more than the latency', () => {
    const slow = Object.assign(answered('set a', { status: 'stored', outcome: 'STORED' }), { startUs: 0 });
    slow.requestUs = 41_000;
    slow.answerUs = 41_200;
    slow.endUs = 41_200;
    assert.match(told(200, slow)[0] ?? '', / 200us 41\.2ms in all$/);
    slow.cause = 'delayed_ack';
    for (const columns of [120, 200]) assert.match(told(columns, slow)[0] ?? '', / 200us 41\.2ms delayed_ack$/);
    slow.startUs = slow.requestUs;
    slow.cause = 'server';
    assert.match(told(120, slow)[0] ?? '', / 200us server$/);
  });

  it('shows where a line is cut that something stands behind it', () => {
    const slow = answered('set a', { status: 'stored', outcome: 'STORED', cause: 'server' });
    assert.match(told(80, slow)[0] ?? '', / 120us ~$/);
    assert.match(told(115, slow)[0] ?? '', / 120us server$/);
    const found = view(80, (compact) => {
      compact.found({ finding: 'slow', request: slow } as Finding);
      compact.transaction(connection, slow);
    });
    assert.match(found[0] ?? '', / 120us !$/);
    slow.answerUs = slow.endUs = 1_251_000;
    assert.match(told(80, slow)[0] ?? '', / 251ms ~$/);
  });

  it('tells what belongs to no command', () => {
    const lines = view(200, (compact) => {
      compact.unasked(connection, { text: 'ERROR\x1b', bytes: 7, start: 0 }, arrivalOf(1));
      compact.bytes(connection, { kind: 'missing', length: 5, fromClient: true, arrival: arrivalOf(2) });
    });
    assert.match(lines[0] ?? '', /\[unasked ERROR\\x1b\]$/);
    assert.match(lines[1] ?? '', /\[5 bytes missing\]$/);
  });

  it('does not count escape codes as width', () => {
    const tell = (compact: CompactView): void => {
      compact.transaction(connection, Object.assign(request('get a'), { status: 'unanswered' }));
      compact.transaction(connection, answered('set a', { status: 'server_error', outcome: error }));
    };
    const coloured = view(90, tell, 'always').join('\n');
    assert.ok(coloured.includes('\x1b[1;31m'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one.
    assert.equal(coloured.replace(/\x1b\[[\d;]*m/g, ''), view(90, tell).join('\n'));
  });
});

describe('mcsniff --compact', () => {
  const run = ['--compact', '-r', 'samples/all-commands.pcap'];

  it('prints a line for each command, without colour in a pipe', async () => {
    const { stdout } = await runMcsniff(run);
    const lines = stdout.toString().trimEnd().split('\n');
    assert.ok(lines.length > 30);
    assert.ok(lines.every((line) => line.length <= 200 && !line.includes('\x1b')));
    assert.ok((await runMcsniff([...run, '--color', 'always'])).stdout.includes('\x1b[32m'));
  });

  it('obeys NO_COLOR and the width of a terminal', async () => {
    const inTerminal = async (before: string): Promise<string> => {
      const command = `stty cols 80; ${before} ${process.execPath} ${mainPath} ${run.join(' ')} 2>/dev/null`;
      return (await runProgram('script', ['-qec', command, '/dev/null'])).stdout.toString();
    };
    const [coloured, plain] = [await inTerminal('TERM=xterm'), await inTerminal('NO_COLOR=1 TERM=xterm')];
    assert.ok(coloured.includes('\x1b[32m'));
    assert.ok(!plain.includes('\x1b'));
    for (const line of plain.trimEnd().split('\r\n')) assert.ok(line.length <= 80, line);
  });
});
