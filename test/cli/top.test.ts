import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { mainPath, runMcsniff, runProgram } from '../support/run-program.ts';

const sample = 'samples/client-perl.pcap';

test('--top --once prints one screen, with the numbers of --summary', async () => {
  const { stdout, exitCode } = await runMcsniff(['--top', '--once', '-r', sample]);
  const summary = JSON.parse(`${(await runMcsniff(['--summary', '--json', '-r', sample])).stdout}`);
  const [command] = summary.by.command.toSorted(
    (one: { count: number }, two: { count: number }) => two.count - one.count,
  );
  assert.equal(exitCode, 0);
  const lines = `${stdout}`.trimEnd().split('\n');
  assert.equal(lines.length, 24);
  assert.match(`${stdout}`, new RegExp(`commands {4}${summary.commands},`));
  assert.match(`${stdout}`, new RegExp(`${summary.packets} packets`));
  assert.ok(command.count > 0);
  const pattern = summary.by.pattern[0];
  const row = lines.find((line) => line.startsWith(`${pattern.pattern} `)) ?? '';
  assert.equal(row.split(/ {2,}/)[2], `${pattern.count}`);
});

const errors: readonly (readonly [args: string, message: RegExp])[] = [
  ['--top', /--top needs a terminal on standard output; --top --once prints one screen/],
  ['--once', /--once says how --top shows a capture: give --top, too/],
  ['--top --once --speed x', /--speed x: not a number/],
  ['--top --compact', /--compact and --top each say what standard output shows/],
];
for (const [args, message] of errors) {
  test(`${args}: one sentence`, async () => {
    const { stderr, exitCode } = await runMcsniff([...args.split(' '), '-r', sample]);
    assert.match(stderr, message);
    assert.equal(exitCode, 2);
  });
}

/** Runs it on a terminal of its own; types `keys` when the screen stands. */
async function onTerminal(args: string, keys: string): Promise<string> {
  const command = `stty rows 24 cols 80; ${process.execPath} ${mainPath} ${args}; echo status $?; stty -a`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm' } });
  let output = '';
  let isTyped = false;
  child.stdout.on('data', (data: Buffer) => {
    output += data;
    if (isTyped || !output.includes('q quit')) return;
    isTyped = true;
    child.stdin.write(keys);
  });
  await once(child, 'close');
  return output;
}

for (const [name, keys] of [
  ['q', 'q'],
  ['Control-C', '\x03'],
] as const) {
  test(`on a terminal it shows a screen, and after ${name} leaves all as it was`, async () => {
    const output = await onTerminal(`--top --speed 0 -r ${sample}`, keys);
    const left = output.lastIndexOf('\x1b[?1049l');
    assert.ok(output.indexOf('\x1b[?1049h') < left);
    const rest = output.slice(left);
    assert.match(rest, /154 packets captured/);
    assert.match(rest, /status 0/);
    assert.match(rest, / icanon/);
    assert.match(rest, / echo /);
  });
}

test('a capture that is damaged is said when the screen is left', async () => {
  const cut = '/tmp/mcsniff-top-cut.pcap';
  await runProgram('sh', ['-c', `head -c 5000 ${sample} > ${cut}`]);
  const output = await onTerminal(`--top --speed 0 -r ${cut}`, 'q');
  assert.match(output.slice(output.lastIndexOf('\x1b[?1049l')), /mcsniff-top-cut\.pcap: .*[\s\S]*status 1/);
  await runProgram('rm', [cut]);
});
