import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from './support/packet-builder.ts';
import { recordsOf, unescaped } from './support/records.ts';
import { mainPath, runMcsniff, runProgram } from './support/run-program.ts';

/** Bytes that can't be part of a key: they end it, the line, or the C string. */
const separators: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d, 0x20]);

/** Every byte where it can stand: in keys, values, command words, error texts, and in what is no memcached at all. */
function hostileCapture(): Buffer {
  const conversation = new TcpConversation();
  conversation.handshake();
  conversation.client('version\r\n');
  conversation.server('VERSION 1.6.18\r\n');
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte);
    const value = `${letter}[31m${letter}`;
    conversation.client(`set k 0 0 ${value.length}\r\n${value}\r\n`);
    conversation.server('STORED\r\n');
    conversation.client('get k\r\n');
    conversation.server(`VALUE k 0 ${value.length}\r\n${value}\r\nEND\r\n`);
    if (separators.has(byte)) continue;
    conversation.client(`get a${letter}b${letter}[31m\r\n`);
    conversation.server('END\r\n');
    conversation.client(`x${letter}y\r\n`);
    conversation.server(`ERROR\r\n`);
    conversation.client('mg k O1\r\n');
    conversation.server(`CLIENT_ERROR a${byte >= 0x20 && byte < 0x7f ? letter : '?'}b\r\n`);
  }
  conversation.close();
  const other = new TcpConversation({ client: { address: '192.0.2.1', port: 40_002 } });
  other.handshake();
  other.client(Buffer.from(Array.from({ length: 256 }, (_, index) => 255 - index)));
  return pcapFile([...conversation.packets, ...other.packets]);
}

describe('what comes from the wire', () => {
  const capture = hostileCapture();
  for (const args of [
    ['-r'],
    ['-A', '-r'],
    ['-vv', '-XX', '-e', '-r'],
    ['--port', 'auto', '-r'],
    ['--json', '-r'],
    ['--values', '100', '-r'],
    ['--json', '--values', '100', '-r'],
  ]) {
    it(`can not move a cursor: ${args.join(' ')}`, async () => {
      const { stdout, stderr, exitCode } = await runMcsniff([...args, '-'], capture);
      assert.equal(exitCode, 0, stderr);
      for (const output of [stdout, Buffer.from(stderr)]) {
        const found = output.find((byte) => byte !== 0x0a && byte !== 0x09 && (byte < 0x20 || byte >= 0x7f));
        assert.equal(found, undefined, 'only printable ASCII, line ends, and the tab before a dump');
      }
    });
  }

  it('can be told apart byte by byte, and read back', async () => {
    const { stdout } = await runMcsniff(['--json', '-r', '-'], capture);
    const keys = recordsOf<{ command?: string; key?: string }>(stdout)
      .filter(({ command, key }) => command === 'get' && key !== 'k')
      .map(({ key }) => unescaped(key ?? ''));
    const expected = Array.from({ length: 256 }, (_, byte) => byte)
      .filter((byte) => !separators.has(byte))
      .map((byte) => `a${String.fromCharCode(byte)}b${String.fromCharCode(byte)}[31m`);
    assert.deepEqual(keys, expected);
  });
});

describe('what others named', () => {
  /** All that a file name can hold, and characters that reorder a line. */
  const everyByte = Buffer.from(
    Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte > 0 && byte !== 0x2f),
  );
  const names = [everyByte.toString('latin1'), 'a\u202eb\u2066c\u200bd\u2028e\ud800f'];

  for (const [what, argsOf, status] of [
    ['a file to read', (name: string) => ['-r', name], 1],
    ['a file to save to', (name: string) => ['-r', 'samples/vlan.pcap', '-w', `/nosuch/${name}`], 1],
    ['a log', (name: string) => ['-r', 'samples/vlan.pcap', '--log', `/nosuch/${name}`], 1],
    ['a filter', (name: string) => ['-r', 'samples/vlan.pcap', '--', `tcp ${name}`], 2],
    ['an option', (name: string) => [`--x${name}`], 2],
    ['a limit', (name: string) => ['--limit', name], 2],
    ['a status', (name: string) => ['--status', name], 2],
  ] as const) {
    it(`can not move a cursor either: ${what}`, async () => {
      for (const name of names) {
        const { stdout, stderr, exitCode } = await runMcsniff(argsOf(name));
        assert.equal(exitCode, status, stderr);
        assert.equal(stdout.length, 0);
        assert.ok(!/[\p{C}\p{Zl}\p{Zp}]/u.test(stderr.replaceAll('\n', '')), JSON.stringify(stderr));
        const lines = stderr.trimEnd().split('\n');
        assert.match(lines[0] ?? '', /^mcsniff: /);
        assert.equal(lines.length, status === 2 ? 2 : 1);
      }
    });
  }

  it('can not move a cursor either: a network interface', async (t) => {
    const commands = [
      'ip link add "$(printf "e\\033[31m")" type veth peer name v1',
      'ip link set v1 up',
      'mount -t sysfs none /sys',
      'exec "$@"',
    ];
    const inNamespace = ['--net', '--mount', 'sh', '-c', commands.join(' && '), 'sh'];
    if (spawnSync('unshare', [...inNamespace, 'true']).status !== 0) return t.diagnostic('no rights to make one');
    const devices = await runProgram('unshare', [...inNamespace, process.execPath, mainPath, '-D']);
    assert.match(devices.stdout.toString(), /^\d+\.e\\x1b\[31m \[/m);
    // Linux cooked v2 gives the interface by its index: that of one packet is the one just made.
    const cooked = readFileSync('samples/linux-cooked-v2.pcap');
    for (let at = 24, index = 1; at < cooked.length; at += 16 + cooked.readUInt32LE(at + 8), index++)
      cooked.writeUInt32BE(index, at + 20);
    const lines = await runProgram('unshare', [...inNamespace, process.execPath, mainPath, '-r', '-'], cooked);
    assert.equal(lines.stdout.includes(0x1b), false);
    assert.match(lines.stdout.toString(), /e\\x1b\[31m/);
  });
});
