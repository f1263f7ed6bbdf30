import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { runMcsniff } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';
import { isRoot } from '../support/users.ts';

const sample = 'samples/telnet-session.pcap';
const advice = '--port LIST names those of memcached, --port auto finds them';

describe('a wrong port', () => {
  it('is hinted at where a capture has TCP packets of others', async () => {
    const { stderr } = await runMcsniff(['-r', sample, '--port', '11311-11312']);
    assert.ok(
      stderr.endsWith(
        `\nmcsniff: no packet came from or went to ports 11311, 11312, and 20 TCP packets have other ports: ${advice}\n`,
      ),
      stderr,
    );
  });

  it('is none where memcached was seen, or is looked for everywhere', async () => {
    for (const args of [[], ['--port', 'auto'], ['--port', '11311', 'src port 9']]) {
      const { stderr } = await runMcsniff(['-r', sample, ...args]);
      assert.doesNotMatch(stderr, /other ports/);
    }
  });

  it('is hinted at after 3 s of a live capture while other packets pass', { skip: !isRoot }, async (t) => {
    const program = new RunningProgram(t, ['-i', 'lo', '--port', '9', '--udp-port', '9', '--engine', 'tcpdump']);
    await program.listening();
    const others = setInterval(() => connect(1, '127.0.0.1').on('error', () => undefined), 50);
    t.after(() => clearInterval(others));
    await program.until('it hints', () => program.stderr.includes('in 3 s, while'));
    program.signal('SIGINT');
    await program.ended();
    assert.match(
      program.stderr,
      /nothing has come from or gone to port 9 in 3 s, while \d+ other packets passed: --port/,
    );
  });
});
