import { errorCode, systemErrorText } from '../system-error.ts';

/**
 * Prints a text of the program's own, and returns the exit status: 1 where it can't be written, which standard error
 * says. A reader that has gone has seen enough.
 */
export function printText(text: string): Promise<0 | 1> {
  return new Promise((resolve) => {
    const { stdout, stderr } = process;
    // The error is given to the callback, too, and would end the program where nobody listens.
    stdout.on('error', () => undefined);
    stdout.write(`${text}\n`, (error) => {
      const isWritten = !error || errorCode(error) === 'EPIPE';
      if (!isWritten) stderr.write(`mcsniff: standard output: ${systemErrorText(error)}\n`);
      resolve(isWritten ? 0 : 1);
    });
  });
}
