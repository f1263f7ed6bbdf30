import { endpointText } from '../../../protocols/address.ts';
import { s32be, u16be } from '../../../protocols/bytes.ts';
import { wordsOf } from '../../byte-writer.ts';
import type { Directions, LineContext } from './context.ts';
import type { IpHeader } from './ip-header.ts';

/** Longest port and longest IPv4 address. */
const portLength = '65535'.length;
const addressLength = '255.255.255.255'.length;
/** Source, destination, ports. */
const keyWords = 3;
const cacheBits = 13;

/**
 * Prints `address.port > address.port: ` for one transport protocol. The texts of IPv4 conversations printed lately are
 * kept: looking one up is cheaper than printing it.
 */
export class ConversationPrinter {
  readonly #serviceName: string;
  readonly #servicePorts: ReadonlySet<number>;
  /** Ports with a name when the texts were made: the set grows where memcached is found on any port. */
  #named: number;
  readonly #keys = new Int32Array(keyWords << cacheBits);
  /** Words that the longest text takes. */
  readonly #textWords: number;
  readonly #texts: Float64Array;
  /** Length of each text; 0 where there is none. */
  readonly #lengths = new Uint8Array(1 << cacheBits);

  /** `ports` print as `name`. */
  constructor(name = '', ports: ReadonlySet<number> = new Set()) {
    this.#serviceName = name;
    this.#servicePorts = ports;
    this.#named = ports.size;
    const endLength = addressLength + '.'.length + Math.max(portLength, name.length);
    this.#textWords = wordsOf(2 * endLength + ' > '.length + ': '.length);
    this.#texts = new Float64Array(this.#textWords << cacheBits);
  }

  /** For the transport header at `start`; only the ports where the addresses were printed before. */
  print(line: LineContext, ip: IpHeader, start: number): void {
    if (line.options.numbers !== undefined && ip.showsAddresses) {
      this.#printNumbered(line, line.options.numbers, ip, start);
      return;
    }
    if (ip.version !== 4 || !ip.showsAddresses) {
      this.#printAnew(line, ip, start);
      return;
    }
    const { bytes, out } = line;
    const source = s32be(bytes, ip.source);
    const destination = s32be(bytes, ip.destination);
    const ports = s32be(bytes, start);
    const mixed = source ^ Math.imul(destination, 0x85ebca6b) ^ Math.imul(ports, 0xc2b2ae35);
    const slot = Math.imul(mixed, 0x9e3779b1) >>> (32 - cacheBits);
    const keys = this.#keys;
    const key = slot * keyWords;
    if (keys[key] !== source || keys[key + 1] !== destination || keys[key + 2] !== ports || this.#isStale(slot)) {
      const before = out.length;
      this.#printAnew(line, ip, start);
      keys[key] = source;
      keys[key + 1] = destination;
      keys[key + 2] = ports;
      this.#lengths[slot] = out.length - before;
      out.readWords(before, this.#texts, slot * this.#textWords);
      return;
    }
    out.putWords(this.#texts, slot * this.#textWords, this.#lengths[slot] as number);
  }

  #printNumbered(line: LineContext, numbers: Directions, ip: IpHeader, start: number): void {
    const { bytes, out } = line;
    const source = endAt(bytes, ip.source, ip.version, u16be(bytes, start));
    const destination = endAt(bytes, ip.destination, ip.version, u16be(bytes, start + 2));
    const direction = numbers.directionOf(source, destination);
    if (direction === undefined) {
      this.#printAnew(line, ip, start);
      return;
    }
    out.text(direction);
    out.text(': ');
  }

  #isStale(slot: number): boolean {
    if (this.#servicePorts.size !== this.#named) {
      this.#named = this.#servicePorts.size;
      this.#lengths.fill(0);
    }
    return this.#lengths[slot] === 0;
  }

  #printAnew(line: LineContext, ip: IpHeader, start: number): void {
    const { bytes, out } = line;
    if (ip.showsAddresses) {
      ip.printAddress(line, ip.source);
      out.byte(0x2e);
    }
    this.#printPort(line, u16be(bytes, start));
    out.text(' > ');
    if (ip.showsAddresses) {
      ip.printAddress(line, ip.destination);
      out.byte(0x2e);
    }
    this.#printPort(line, u16be(bytes, start + 2));
    out.text(': ');
  }

  #printPort(line: LineContext, port: number): void {
    if (this.#servicePorts.has(port)) line.out.text(this.#serviceName);
    else line.out.decimal(port);
  }
}

function endAt(bytes: Uint8Array, at: number, version: 4 | 6, port: number): string {
  if (version === 4) return endpointText(4, 0, 0, 0, s32be(bytes, at), port);
  return endpointText(6, s32be(bytes, at), s32be(bytes, at + 4), s32be(bytes, at + 8), s32be(bytes, at + 12), port);
}
