import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { it } from 'node:test';
import { interfaceNames } from '../../../src/output/tcpdump-line/interface-names.ts';
import { isRoot } from '../../support/users.ts';

it('interfaces have the names that this machine has for them', () => {
  const names = [...interfaceNames().values()];
  for (const name of Object.keys(networkInterfaces())) assert.ok(names.includes(name), `${name} of ${names}`);
});

it('they are those of the network namespace of the process', () => {
  const setUp = 'ip link add v40 index 40 type veth peer name v41 index 41; ip link set v40 up; exec "$@"';
  const module = new URL('../../../src/output/tcpdump-line/interface-names.js', import.meta.url);
  const program = `import(${JSON.stringify(module.href)}).then((it) => console.log(JSON.stringify([...it.interfaceNames()])))`;
  const stdout = execFileSync(
    'unshare',
    [...(isRoot ? [] : ['-r']), '--net', 'sh', '-c', setUp, 'sh', process.execPath, '-e', program],
    { encoding: 'utf8' },
  );
  const names = new Map<number, string>(JSON.parse(stdout));
  assert.equal(names.get(40), 'v40');
  assert.equal([...names.values()].filter((name) => name === 'lo').length, 1);
});
