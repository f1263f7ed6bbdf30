/**
 * Runs as a worker thread of the capture child. While cap drains packets, the main thread sees no timer, no signal and
 * no input; this thread does, and sets a flag that the packet handler reads.
 */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { StopFlag, watching } from './stop-flag.ts';

/**
 * Milliseconds for the main thread to stop capturing; then the process is ended as it is. Handing over takes as long as
 * the parent takes to read, and ends when that has gone.
 */
const patience = 500;

const flag: unknown = workerData;
if (!(flag instanceof Int32Array) || parentPort === null) throw new Error('stop-watch runs only in the capture child');
const shared = flag;
const port = parentPort;

// Read asynchronously: a thread that is blocked in a read would keep the process from exiting.
const input = new Socket({ fd: 0, readable: true, writable: false });
input.on('error', stop);
input.on('close', stop);
input.resume();
port.postMessage(watching);

function stop(): void {
  Atomics.store(shared, StopFlag.asked, 1);
  port.postMessage('stop');
  setTimeout(() => {
    if (Atomics.load(shared, StopFlag.ending) === 0) process.kill(process.pid, 'SIGKILL');
  }, patience);
}
