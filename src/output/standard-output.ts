import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

const descriptor = 1;

/**
 * Standard output. Node's own stream loses what a nearly full disk does not take of a piece; for a file this one writes
 * on, and where that fails takes the piece back, so that no half line or packet stays behind.
 */
export function standardOutput(): Writable {
  return isFile() ? new Writable({ write: writePiece, decodeStrings: true }) : process.stdout;
}

function writePiece(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
  let written = 0;
  try {
    while (written < piece.length) written += writeSync(descriptor, piece, written);
  } catch (error) {
    if (written > 0) takeBack(written);
    done(error as Error);
    return;
  }
  done();
}

function takeBack(length: number): void {
  try {
    ftruncateSync(descriptor, fstatSync(descriptor).size - length);
  } catch {
    // Nothing better can be done; the error that led here is reported.
  }
}

function isFile(): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
