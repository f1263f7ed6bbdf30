import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopChild } from './server.ts';

/** A tcpdump that saves packets. */
export interface Capture {
  readonly file: string;
  /** Waits until a packet with these bytes was saved, then ends it; fails where tcpdump lost a packet. */
  stopAfter(bytes: Buffer): Promise<void>;
  /** Ends it as it is. */
  stop(): Promise<void>;
}

/** Captures on the loopback device, unless `device` names another. */
export async function startCapture(file: string, filter: string, device = 'lo'): Promise<Capture> {
  // In immediate mode each packet takes a slot of the snapshot length: these are 4096 slots.
  const room = ['-s', '65600', '-B', '262144'];
  const options = ['-i', device, '-n', '-U', '--immediate-mode', ...room, '-Z', 'root', '-w', file];
  const child = spawn('tcpdump', [...options, filter], { stdio: ['ignore', 'ignore', 'pipe'] });
  let report = '';
  child.stderr.on('data', (chunk: Buffer) => {
    report += chunk.toString();
  });
  while (!report.includes('listening on')) {
    if (child.exitCode !== null) throw new Error(`tcpdump: ${report}`);
    await Promise.race([once(child.stderr, 'data'), once(child, 'close')]);
  }
  const stop = (): Promise<void> => stopChild(child, 'SIGINT');
  return {
    file,
    stop,
    async stopAfter(bytes) {
      for (let turn = 0; !readFileSync(file).includes(bytes); turn++) {
        if (turn === 250) throw new Error(`tcpdump did not save the last packet within 5 seconds: ${report}`);
        await sleep(20);
      }
      // The answer, and the FINs of both sides.
      await sleep(100);
      await stop();
      if (!/^0 packets dropped by kernel$/m.test(report)) throw new Error(`tcpdump lost packets: ${report}`);
    },
  };
}
