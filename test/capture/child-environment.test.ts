import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment } from '../../src/capture/child-environment.ts';

test('a capture child has the environment of its parent, but for what makes its start slow', () => {
  const environment = { PATH: '/usr/bin', NODE_OPTIONS: '--no-warnings', NODE_EXTRA_CA_CERTS: '/etc/certificates.pem' };
  assert.deepEqual(childEnvironment(environment), { PATH: '/usr/bin', NODE_OPTIONS: '--no-warnings' });
});
