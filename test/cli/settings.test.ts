import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { defaultLimits } from '../../protocols/limits.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import type { Option } from '../../src/cli/option.ts';
import { options } from '../../src/cli/options.ts';
import { type Settings, UsageError } from '../../src/cli/settings.ts';
import { unbundle } from '../../src/cli/unbundle.ts';

function settings(...argv: string[]): Settings {
  const commandLine = parseCommandLine(argv);
  assert.ok('settings' in commandLine, 'a run, not a text');
  return commandLine.settings;
}

function usage(pattern: RegExp, ...argv: string[]): void {
  assert.throws(
    () => parseCommandLine(argv),
    (error: unknown) => error instanceof UsageError && pattern.test(error.message),
    argv.join(' '),
  );
}

describe('unbundle', () => {
  it('takes short options apart as getopt does', () => {
    assert.deepEqual(unbundle(['-Xnlps0']), ['-X', '-n', '-l', '-p', '-s=0']);
    assert.deepEqual(unbundle(['-nnr', 'file', 'tcp']), ['-n', '-n', '-r=file', 'tcp']);
    assert.deepEqual(unbundle(['-ilo', '-tttt']), ['-i=lo', '-t', '-t', '-t', '-t']);
    assert.deepEqual(unbundle(['-r', '-', '--json', '--', '-x']), ['-r=-', '--json=', '--', '-x']);
    assert.deepEqual(unbundle(['-nj', 'tcp', '--json=ecs']), ['-n', '-j=', 'tcp', '--json=ecs']);
  });
});

describe('the command line', () => {
  it('reads the flags that the tutorial recommends', () => {
    const { lines, snapLength, promiscuous, flushesEachPacket } = settings('-Xnlps0');
    assert.equal(lines.hexAscii, 1);
    assert.equal(lines.service, null);
    assert.equal(snapLength, 0);
    assert.equal(promiscuous, false);
    assert.equal(flushesEachPacket, true);
  });

  it('reads when the log is put aside, and refuses what divides nothing', () => {
    const rotation = (...argv: string[]): unknown => settings('--log', 'file', ...argv).logRotation;
    const none = Number.POSITIVE_INFINITY;
    assert.equal(rotation(), undefined);
    const bySize = { bytes: 100 * 2 ** 20, seconds: none, keep: 10, compresses: false };
    assert.deepEqual(rotation('--rotate', '100M'), bySize);
    const byBoth = { bytes: 2 ** 30, seconds: 600, keep: 3, compresses: true };
    assert.deepEqual(rotation('--rotate', '1G,10m', '--keep', '3', '--compress'), byBoth);
    for (const limit of ['', '100', '0k', '1x', '1.5M', '-1h'])
      usage(/^--rotate .*: neither a size .* nor a time/, '--log', 'file', `--rotate=${limit}`);
    usage(/^--rotate 1k,2M: one size and one time at most$/, '--log', 'file', '--rotate', '1k,2M');
    usage(/^--rotate divides what --log FILE writes/, '--rotate', '1M');
    for (const option of [['--keep', '3'], ['--compress']])
      usage(/^--(keep|compress) goes with --rotate/, '--log', 'file', ...option);
    usage(/^--log-format says how --log FILE is written/, '--log-format', 'ecs');
  });

  it("reads a transport's options, and refuses them without one", () => {
    assert.equal(settings().transport, undefined);
    assert.deepEqual(settings('--transport', './t.mjs').transport, { module: './t.mjs', options: {}, buffer: 10_000 });
    const given = ['--transport', 't', '--transport-options', '{"a":[1]}', '--transport-buffer', '5'];
    assert.deepEqual(settings(...given).transport, { module: 't', options: { a: [1] }, buffer: 5 });
    for (const json of ['{', '[]', 'null', '"text"'])
      usage(/^--transport-options .*: not a JSON object/, '--transport', 't', '--transport-options', json);
    for (const option of [
      ['--transport-options', '{}'],
      ['--transport-buffer', '5'],
    ])
      usage(/ goes with --transport MODULE$/, ...option);
  });

  it('takes the engine that is named, and looks for one where none is', () => {
    assert.equal(settings().engine, 'auto');
    for (const engine of ['auto', 'libpcap', 'cap', 'tcpdump'])
      assert.equal(settings('--engine', engine).engine, engine);
  });

  it('reads what a device is to capture, and refuses it for a file', () => {
    const { linkType, direction, listLinkTypes } = settings('-LyEN10MB', '-Q', 'in');
    assert.deepEqual(
      { linkType, direction, listLinkTypes },
      { linkType: 'EN10MB', direction: 'in', listLinkTypes: true },
    );
    usage(/^--direction \(-Q\) up: there is no such direction; choose in, out, inout$/, '-Q', 'up');
    for (const option of [['-y', 'EN10MB'], ['-L'], ['-Q', 'in']])
      usage(/ and --read \(-r\) exclude each other: it is about a device$/, '-r', 'file', ...option);
  });

  it('counts options that are given several times', () => {
    const { lines } = settings('-ttttt', '-vv', '-xx', '-X', '-X', '-qeSK#A');
    assert.deepEqual(
      { ...lines, service: null },
      {
        absoluteSequence: true,
        timestamps: 5,
        linkHeader: true,
        quiet: 1,
        verbose: 2,
        hex: 2,
        hexAscii: 2,
        ascii: 1,
        packetNumber: true,
        skipChecksums: true,
        service: null,
      },
    );
  });

  it('takes the words behind the options as the filter expression', () => {
    assert.equal(
      settings('-r', 'f', 'tcp', 'port', '11211', 'and', '(', 'host', '10.0.0.1', ')').filter,
      'tcp port 11211 and ( host 10.0.0.1 )',
    );
    assert.equal(settings('-r', 'f', 'tcp port 11211').filter, 'tcp port 11211');
    assert.equal(settings('-r', 'f', '-c', '5', 'not', 'udp', '-n').filter, 'not udp');
  });

  it('names the ports that print as memcache', () => {
    const { lines, ports, udpPorts } = settings('--port', '11211,11212', '--udp-port', '11300');
    assert.deepEqual([...ports], [11211, 11212]);
    assert.deepEqual([...udpPorts], [11300]);
    assert.deepEqual(lines.service, { name: 'memcache', tcp: ports, udp: udpPorts });
  });

  it('reads what to show', () => {
    const { selection } = settings(
      '--command',
      'get,GETS',
      '--key',
      'user:*',
      '--status',
      'miss,partial',
      '--slower-than',
      '1.5ms',
      '--client',
      '::1',
    );
    const { clients, ...others } = selection ?? {};
    assert.deepEqual(others, {
      commands: new Set(['get', 'gets']),
      keys: ['user:*'],
      statuses: new Set(['miss', 'partial']),
      slowerThanUs: 1500,
    });
    assert.ok(clients?.[0]?.includes('[::1]:40000'));
    assert.equal(settings().selection, undefined);
  });

  it('changes the limits that are named', () => {
    const { limits } = settings('--limit', 'connections=5', '--limit', 'udpRequests=7', '--limit', 'connections=6');
    assert.deepEqual(limits, { ...defaultLimits, connections: 6, udpRequests: 7 });
    assert.deepEqual(settings().limits, defaultLimits);
  });

  it('adds up lists that are given more than once', () => {
    const { ports, selection } = settings('--port', '11211-11213', '--port', '12000', '--key', 'a,b', '--key', 'c');
    assert.deepEqual([...ports], [11211, 11212, 11213, 12000]);
    assert.deepEqual(selection?.keys, ['a,b', 'c']);
    const { commands, notCommands } =
      settings('--command', 'get', '--command', 'gets,mg', '--not-command', 'set').selection ?? {};
    assert.deepEqual([...(commands ?? [])], ['get', 'gets', 'mg']);
    assert.deepEqual([...(notCommands ?? [])], ['set']);
  });

  it('refuses an option with one value that is given twice', () => {
    usage(/^--read \(-r\) can be given only once, and was with "a" and "b"$/, '-r', 'a', '-r', 'b');
    usage(/^--interface \(-i\) can be given only once/, '-i', 'lo', '-i', 'eth0');
    usage(/^--log can be given only once/, '--log', 'a', '--log', 'b');
    usage(/^--slower-than can be given only once/, '--slower-than', '1ms', '--slower-than', '2ms');
  });

  it('suggests the word that was meant', () => {
    usage(/^--command gte: there is no such command: did you mean get\?$/, '--command', 'gte');
    usage(/^--command frobnicate: there is no such command$/, '--command', 'frobnicate');
    usage(/^--status mis: there is no such status: did you mean miss\?$/, '--status', 'mis');
  });

  it('takes the format of records only behind an equals sign', () => {
    assert.deepEqual([settings('--json', 'tcp').json, settings('--json', 'tcp').filter], [true, 'tcp']);
    assert.equal(settings('-j').format, 'plain');
    assert.equal(settings('--json=pino').format, 'pino');
    usage(/^--json yaml: there is no such format; choose plain, pino, ecs, otel$/, '--json=yaml');
  });

  it('says what is wrong, with which option', () => {
    usage(/nosuch/, '--nosuch');
    usage(/Unknown argument: J/, '-J');
    usage(/^Unknown argument: sumary: did you mean --summary\?$/, '--sumary');
    usage(/^Unknown argument: nothing-like-it$/, '--nothing-like-it');
    usage(/--count \(-c\) 0: not a whole number of at least 1/, '-c', '0');
    usage(/--count \(-c\) many/, '-c', 'many');
    usage(/--snapshot-length \(-s\) 262145.*from 0 to 262144/, '-s', '262145');
    usage(/--port 0: not a port/, '--port', '11211,0');
    usage(/--port 9-8: not a port/, '--port', '9-8');
    usage(/--port auto finds memcached on every port/, '--port', 'auto,11211');
    usage(/--udp-port x: not a port/, '--udp-port', 'x');
    usage(/--status lost: there is no such status/, '--status', 'lost');
    usage(/--slower-than fast: not a duration/, '--slower-than', 'fast');
    usage(/--read \(-r\) and --interface \(-i\)/, '-r', 'f', '-i', 'lo');
    usage(/--write - \(-w -\).*--json/, '-w', '-', '--json');
    usage(/--values -1/, '--values', '-1');
    usage(/--limit tea=1: there is no such limit; .*connections, .*udpRequests/, '--limit', 'tea=1');
    usage(/--limit connections=0: not a whole number from 1/, '--limit', 'connections=0');
    usage(/--limit connections: not a whole number/, '--limit', 'connections');
    usage(/--limit toString=1: there is no such limit/, '--limit', 'toString=1');
    usage(/^--engine steam: there is no such engine; choose auto, libpcap, cap, tcpdump$/, '--engine', 'steam');
    usage(/^--client nobody: not an address/, '--client', 'nobody');
    usage(/^--client 10\.0\.0\.1:x: not an address/, '--client', '10.0.0.1:x');
    usage(/^--read \(-r\): the name is empty$/, '-r', '');
    usage(/^--write \(-w\): the name is empty$/, '--write=');
    usage(/^--interface \(-i\): the name is empty$/, '-i', '');
    usage(/^--log: the name is empty$/, '--log', '');
    usage(/^--relinquish-privileges \(-Z\): the name is empty$/, '-Z', '');
    usage(/r/, '-r');
  });

  it('takes a client by its address, with or without its port, or a network', () => {
    for (const client of ['10.0.0.1', '10.0.0.1:46103', '::1', '[::1]:46103', 'fe80::1', '10.0.0.0/8', 'fd00::/8'])
      assert.equal(settings('--client', client).selection?.clients?.length, 1);
  });

  it('are all in docs/options.md', () => {
    const table = readFileSync('docs/options.md', 'utf8');
    for (const [name, { alias = [] }] of Object.entries<Option>(options)) {
      const names = [name, ...[alias].flat()].map((one) => (one.length === 1 ? `-${one}` : `--${one}`));
      assert.ok(
        names.some((one) => table.includes(`\`${one}`) || table.includes(`, ${one} `)),
        names.join(' '),
      );
    }
  });
});
