import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Options } from 'yargs';
import { defaultLimits } from '../../protocols/limits.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { options, unbundle } from '../../src/cli/options.ts';
import { type Settings, UsageError } from '../../src/cli/settings.ts';
import { runMcsniff } from '../support/run-program.ts';

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
    assert.deepEqual(unbundle(['-r', '-', '--json', '--', '-x']), ['-r=-', '--json', '--', '-x']);
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
    assert.deepEqual(selection, {
      commands: new Set(['get', 'gets']),
      key: 'user:*',
      statuses: new Set(['miss', 'partial']),
      slowerThanUs: 1500,
      client: '::1',
    });
    assert.equal(settings().selection, undefined);
  });

  it('changes the limits that are named', () => {
    const { limits } = settings('--limit', 'connections=5', '--limit', 'udpRequests=7', '--limit', 'connections=6');
    assert.deepEqual(limits, { ...defaultLimits, connections: 6, udpRequests: 7 });
    assert.deepEqual(settings().limits, defaultLimits);
  });

  it('lets the last of repeated options count', () => {
    assert.equal(settings('-r', 'a', '-r', 'b').read, 'b');
  });

  it('says what is wrong, with which option', () => {
    usage(/nosuch/, '--nosuch');
    usage(/Unknown argument: J/, '-J');
    usage(/--count \(-c\) 0: not a whole number of at least 1/, '-c', '0');
    usage(/--count \(-c\) many/, '-c', 'many');
    usage(/--snapshot-length \(-s\) 262145.*from 0 to 262144/, '-s', '262145');
    usage(/--port 0: not a port/, '--port', '11211,0');
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

  it('takes a client by its address, with or without its port', () => {
    for (const client of ['10.0.0.1', '10.0.0.1:46103', '::1', '[::1]:46103', 'fe80::1'])
      assert.deepEqual(settings('--client', client).selection, { client });
  });

  it('prints help that names every option and fits into 80 columns', () => {
    const help = parseCommandLine(['--help']);
    assert.ok('text' in help);
    assert.match(help.text, /^mcsniff \[options\] \[filter expression\]$/m);
    for (const name of Object.keys(options)) assert.match(help.text, new RegExp(`^ .*-${name}\\b`, 'm'));
    for (const line of help.text.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('prints the same help as shipped, where every character counts as one column', async () => {
    const help = parseCommandLine(['--help']);
    assert.ok('text' in help);
    const { stdout } = await runMcsniff(['--help']);
    assert.equal(stdout.toString(), `${help.text}\n`);
  });

  it('are all in README.md', () => {
    const readme = readFileSync('README.md', 'utf8');
    const table = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Annotations'));
    for (const [name, { alias = [] }] of Object.entries<Options>(options)) {
      const names = [name, ...[alias].flat()].map((one) => (one.length === 1 ? `-${one}` : `--${one}`));
      assert.ok(
        names.some((one) => table.includes(`\`${one}`) || table.includes(`, ${one} `)),
        names.join(' '),
      );
    }
  });
});
