import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';

/** Connections and addresses that are remembered; where there are more, those that are known longest are forgotten. */
const mostRemembered = 100_000;

/** Connections and their ends by numbers in place of addresses and ports, in the order in which they come. */
export class ConnectionNumbers {
  readonly #clients = new Map<string, number>();
  readonly #servers = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #clientCount = 0;
  #serverCount = 0;

  /** A connection begins, or is found to be one that is told. */
  connectionOpen({ id, client, server }: ConnectionInfo): void {
    // Of an earlier one between the same ports.
    this.#names.delete(`${client}>${server}`);
    this.#names.delete(`${server}>${client}`);
    remember(this.#names, `${client}>${server}`, `#${id} client > server`);
    remember(this.#names, `${server}>${client}`, `#${id} server > client`);
  }

  /**
   * Who sends to whom, `#1 client > server`, of a packet between two ends as records write them; undefined where that
   * is of no connection that is told.
   */
  directionOf(source: string, destination: string): string | undefined {
    return this.#names.get(`${source}>${destination}`);
  }

  /**
   * `client2:5`: of the second client address, the fifth connection. Its address and its port are numbered, as those
   * of a server's end are.
   */
  clientOf({ id, client }: ConnectionInfo): string {
    return `${this.clientAddress(addressOf(client))}:${id}`;
  }

  /** `client2`, of an address. */
  clientAddress(address: string): string {
    return `client${this.#clients.get(address) ?? remember(this.#clients, address, ++this.#clientCount)}`;
  }

  /** `server:2`: the second address and port of a server. */
  serverOf({ server }: Pick<ConnectionInfo, 'server'>): string {
    return `server:${this.#servers.get(server) ?? remember(this.#servers, server, ++this.#serverCount)}`;
  }
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): Value {
  if (map.size >= mostRemembered) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
  }
  map.set(name, value);
  return value;
}
