import { endianness } from 'node:os';

/** One line of /proc/net/tcp, tcp6, udp or udp6: local and remote address, state, and inode. Source: proc(5). */
const row = /^ *\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+)/gm;

/** Of TCP, and of UDP where the socket has no remote address. Source: include/net/tcp_states.h. */
const listening: ReadonlySet<string> = new Set(['0A', '07']);

/** What the table has of a socket that no process holds any more, or not yet. */
const noInode = '0';

const any4 = '00000000';
const any6 = '0'.repeat(32);
const mapped = wordsText([0, 0, 0xffff]);

/** One end of a connection, as tables write it; an IPv4 end may stand in the tables of both versions. */
export interface TableEnd {
  /** Address and port. */
  readonly forms: readonly string[];
  /** The addresses and ports by which a socket takes what comes to this end, the closest first. */
  readonly listeningForms: readonly string[];
  readonly isLoopback: boolean;
}

/** Sockets that tables are searched for, and what was found. */
export class SocketSearch {
  /** Inodes by local and remote end. */
  readonly #pairs = new Map<string, string | undefined>();
  /** Inodes of all that listen there. */
  readonly #listeners = new Map<string, Set<string>>();
  /** Addresses of this host's. */
  readonly #addresses = new Map<string, boolean>();

  /** Looks for the socket at `local` whose other end is `remote`, and for who listens at `local`. */
  want(local: TableEnd, remote: TableEnd): void {
    for (const pair of pairsOf(local, remote)) this.#pairs.set(pair, undefined);
    for (const form of local.listeningForms) this.#listeners.set(form, new Set());
    for (const form of local.forms) this.#addresses.set(addressIn(form), false);
  }

  /** Searches a table, as text. What was found before stays. */
  search(table: string): void {
    for (const [, local = '', remote = '', state = '', inode = ''] of table.matchAll(row)) {
      const address = addressIn(local);
      if (this.#addresses.has(address)) this.#addresses.set(address, true);
      if (inode === noInode) continue;
      const pair = `${local} ${remote}`;
      if (this.#pairs.has(pair)) this.#pairs.set(pair, this.#pairs.get(pair) ?? inode);
      else if (listening.has(state)) this.#listeners.get(local)?.add(inode);
    }
  }

  /** The inode of the socket at `local`. */
  socketOf(local: TableEnd, remote: TableEnd): string | undefined {
    for (const pair of pairsOf(local, remote)) {
      const inode = this.#pairs.get(pair);
      if (inode !== undefined) return inode;
    }
    return undefined;
  }

  /** The inodes of the sockets that take what comes to `local`; of several with one address any may. */
  listenersOf({ listeningForms }: TableEnd): ReadonlySet<string> {
    for (const form of listeningForms) {
      const inodes = this.#listeners.get(form);
      if (inodes !== undefined && inodes.size > 0) return inodes;
    }
    return new Set();
  }

  /** A socket has this address as its own. */
  isOwnAddress({ forms }: TableEnd): boolean {
    return forms.some((form) => this.#addresses.get(addressIn(form)) === true);
  }
}

/** `endpoint`: as `endpointText` writes it. Undefined where it is none. */
export function tableEnd(endpoint: string): TableEnd | undefined {
  const [, v6, v4, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(endpoint) ?? [];
  const portText = Number(port).toString(16).toUpperCase().padStart(4, '0');
  if (v4 !== undefined) {
    const bytes = v4.split('.').map(Number);
    if (bytes.length !== 4 || bytes.some((byte) => !(byte <= 255))) return undefined;
    const word = wordsText([bytes.reduce((sum, byte) => sum * 256 + byte, 0)]);
    const forms = [`${word}:${portText}`, `${mapped}${word}:${portText}`];
    const listeningForms = [...forms, `${any4}:${portText}`, `${any6}:${portText}`];
    return { forms, listeningForms, isLoopback: bytes[0] === 127 };
  }
  const words = v6 === undefined ? undefined : wordsOf(v6);
  if (words === undefined) return undefined;
  const form = `${wordsText(words)}:${portText}`;
  return { forms: [form], listeningForms: [form, `${any6}:${portText}`], isLoopback: v6 === '::1' };
}

function pairsOf(local: TableEnd, remote: TableEnd): string[] {
  return local.forms.map((form, index) => `${form} ${remote.forms[index]}`);
}

function addressIn(form: string): string {
  return form.slice(0, -5);
}

/** The four words of an IPv6 address in canonical form. */
function wordsOf(text: string): number[] | undefined {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const groupsText =
    dotted === null
      ? text
      : `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = groupsText.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...last].map((group) =>
    Number.parseInt(group, 16),
  );
  if (groups.length !== 8 || groups.some((group) => !(group <= 0xffff))) return undefined;
  return [0, 2, 4, 6].map((at) => (groups[at] as number) * 65_536 + (groups[at + 1] as number));
}

/** Words of an address as the kernel prints them: each in the byte order of the machine. */
function wordsText(words: readonly number[]): string {
  const bytes = Buffer.alloc(4);
  return words
    .map((word) => {
      if (endianness() === 'LE') bytes.writeUInt32LE(word);
      else bytes.writeUInt32BE(word);
      return bytes.toString('hex').toUpperCase();
    })
    .join('');
}
