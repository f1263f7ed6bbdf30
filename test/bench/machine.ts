import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** On what, with what and how it was measured, in words. */
export function describeMachine(how: string): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const [processor] = cpus();
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return [
    `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${type()} ${release()}; load before: ${load}`,
    `mcsniff ${version} (${commit()}), Node.js ${process.version}, ${firstLine('tcpdump')}, ${firstLine('tshark')}`,
    how,
    '',
  ].join('\n');
}

function commit(): string {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8' });
  return stdout?.trim() || 'no commit';
}

function firstLine(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return (stdout ?? '').split('\n')[0]?.replace(/ version|\.$/g, '') || `no ${program}`;
}
