/**
 * Records the samples of findings: `npm run record:findings -- [finding...]`, as root, from the repository's root. Each is
 * played twice, with what is wrong and without, by two hosts that it makes: network namespaces joined by a cable.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeHosts, onHost } from './network.ts';

const player = fileURLToPath(new URL('play-scenarios.js', import.meta.url));

const { names, remove } = makeHosts();
try {
  const [clients = ''] = names;
  const [command = '', ...words] = onHost(clients);
  const played = [process.execPath, player, ...names, ...process.argv.slice(2)];
  const { status } = spawnSync(command, [...words, ...played], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  remove();
}
