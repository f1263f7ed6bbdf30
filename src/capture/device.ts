/** Something to capture from. */
export interface Device {
  readonly name: string;
  readonly description?: string;
  /** As tcpdump -D names them: `Up`, `Running`, `Loopback`. */
  readonly flags: readonly string[];
  readonly addresses: readonly string[];
}

/** Linux has it: all interfaces at once. */
export const anyDevice = 'any';

/** `eth0 [Up, Running] 192.0.2.2, fe80::1`: name, description, flags, addresses. */
export function deviceText({ name, description, flags, addresses }: Device): string {
  const named = description === undefined ? name : `${name} (${description})`;
  return [named, `[${flags.join(', ') || 'none'}]`, addresses.join(', ')].join(' ').trimEnd();
}
