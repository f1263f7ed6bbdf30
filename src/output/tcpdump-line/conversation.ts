import { u16be } from '../../../protocols/bytes.ts';
import type { LineContext } from './context.ts';
import type { IpHeader } from './ip-header.ts';

/** The name that IANA registered for port 11211. */
const serviceName = 'memcache';

/**
 * Appends `address.port > address.port: ` for the transport header at `start`, or only the ports where the
 * addresses were printed before. Ports in `services` print by name.
 */
export function printConversation(
  line: LineContext,
  ip: IpHeader,
  start: number,
  services: ReadonlySet<number> | null,
): void {
  const { bytes, out } = line;
  if (ip.showsAddresses) {
    ip.printAddress(line, ip.source);
    out.byte(0x2e);
  }
  printPort(line, u16be(bytes, start), services);
  out.text(' > ');
  if (ip.showsAddresses) {
    ip.printAddress(line, ip.destination);
    out.byte(0x2e);
  }
  printPort(line, u16be(bytes, start + 2), services);
  out.text(': ');
}

function printPort(line: LineContext, port: number, services: ReadonlySet<number> | null): void {
  if (services?.has(port)) line.out.text(serviceName);
  else line.out.decimal(port);
}
