import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { optionsOf } from '../../src/cli/environment.ts';
import { type Settings, UsageError } from '../../src/cli/settings.ts';

function settings(environment: NodeJS.ProcessEnv, ...argv: string[]): Settings {
  const commandLine = parseCommandLine(argv, environment, (message) => assert.fail(message));
  assert.ok('settings' in commandLine);
  return commandLine.settings;
}

describe('the environment', () => {
  it('gives options by their long names', () => {
    const {
      interface: device,
      flushesEachPacket,
      json,
      format,
      ports,
    } = settings({
      MCSNIFF_INTERFACE: 'lo',
      MCSNIFF_PACKET_BUFFERED: '1',
      MCSNIFF_JSON: 'ecs',
      MCSNIFF_PORT: '11211,11212',
      MCSNIFF_LOG: '',
      HOME: '/root',
    });
    assert.deepEqual([device, flushesEachPacket, json, format, ports.size], ['lo', true, true, 'ecs', 2]);
    assert.equal(settings({ MCSNIFF_JSON: '1' }).format, 'plain');
    assert.equal(settings({ MCSNIFF_JSON: '0' }).json, false);
  });

  it('is replaced by what the command line says, lists too', () => {
    const { ports, json } = settings({ MCSNIFF_PORT: '1,2', MCSNIFF_JSON: '0' }, '--port', '3', '-j');
    assert.deepEqual([[...ports], json], [[3], true]);
  });

  it('is warned about where it names no option', () => {
    const warnings: string[] = [];
    optionsOf({ MCSNIFF_PROT: '1', MCSNIFF_CAPTURE_NODE: '/usr/bin/node' }, (message) => warnings.push(message));
    assert.deepEqual(warnings, ['MCSNIFF_PROT in the environment: there is no such option']);
  });

  it('is refused where a switch is neither on nor off', () => {
    assert.throws(() => settings({ MCSNIFF_PACKET_BUFFERED: 'perhaps' }), UsageError);
  });
});
