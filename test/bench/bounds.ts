/**
 * `npm run bounds -- [SIZE]`: sends a million connections, and every attack on memory that the tests know, in full size
 * or SIZE of it. Prints what each took at its peak; the exit status is 1 where anything was told
 * wrong, or took more than docs/limits.md allows.
 */
import { attackCases, honestCommands, runAttack } from '../support/attack-cases.ts';
import { anHour } from '../support/hostile-traffic.ts';
import { measuredRun } from '../support/measured-run.ts';

const ceiling = 1.75 * 2 ** 30;
const size = Number(process.argv[2] ?? 1);

function report(name: string, peakMemory: number, isRight: boolean): void {
  const isBounded = peakMemory <= ceiling;
  if (!isRight || !isBounded) process.exitCode = 1;
  const verdict = isRight ? (isBounded ? '' : '  above the ceiling') : '  WRONG';
  process.stdout.write(
    `${Math.round(peakMemory / 1e6)
      .toString()
      .padStart(6)} MB  ${name}${verdict}\n`,
  );
}

for (const isClosed of [true, false]) {
  const connections = Math.floor(1e6 * size);
  const counts = new Map<string, number>();
  const run = await measuredRun(['--json', '-r', '-'], {
    input: anHour(connections, isClosed),
    line: (line) => {
      const word = /"(?:status|reason)":"(\w+)"/.exec(line)?.[1] ?? /"event":"(\w+)"/.exec(line)?.[1] ?? '';
      counts.set(word, (counts.get(word) ?? 0) + 1);
    },
    timeout: 900_000,
  });
  const told = ['hit', 'stored', 'connection_open'].every((word) => counts.get(word) === connections);
  const ends = isClosed ? counts.get('fin') : (counts.get('expired') ?? 0) + (counts.get('end_of_capture') ?? 0);
  const name = `${connections} connections in an hour that ${isClosed ? 'open and close' : 'never close'}`;
  report(name, run.peakMemory, run.exitCode === 0 && told && ends === connections);
}

for (const attack of attackCases) {
  const { exitCode, peakMemory, right, wrong, summary } = await runAttack(attack, size);
  const isRight = exitCode === 0 && right === honestCommands && wrong.length === 0 && summary.failures === undefined;
  report(attack.name, peakMemory, isRight);
}
