/** Servers (`ConnectionInfo.server`) on any port that were found to speak the protocol. The one found first is forgotten first. */
export class RecognizedServers {
  readonly #servers = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  has(server: string): boolean {
    return this.#servers.has(server);
  }

  add(server: string): void {
    this.#servers.add(server);
    if (this.#servers.size <= this.#most) return;
    const [oldest] = this.#servers;
    if (oldest !== undefined) this.#servers.delete(oldest);
  }
}
