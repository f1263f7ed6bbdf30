import { CaptureError } from './capture-error.ts';

export const interfaceGone = 'the interface went down or was removed';

/**
 * What libpcap said when it opened a device, as one sentence that says what to do.
 * @param program The program that needs the rights to capture.
 */
export function openError(device: string, message: string, program: string): CaptureError {
  return new CaptureError(openErrorText(message, program), { source: device });
}

function openErrorText(message: string, program: string): string {
  if (/not permitted|permission|access denied/i.test(message))
    return (
      `no permission to capture (${message}): run mcsniff with sudo, or let ${program} capture ` +
      "(docs/live.md, 'Permissions')"
    );
  if (/no such device/i.test(message)) return 'no such device (mcsniff -D lists what there is)';
  if (/interface disappeared|interface went down/i.test(message)) return interfaceGone;
  if (/not up|network is down/i.test(message)) return 'the device is not up';
  return message;
}

/** libpcap refuses the expression: it is the command line that is wrong. */
export class RefusedFilterError extends CaptureError {
  /** @param message What libpcap said. */
  constructor(filter: string, message: string) {
    super(message, { source: `filter "${filter}"` });
  }
}
