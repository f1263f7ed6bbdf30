import type { Transaction } from '../../transaction.ts';

/** The commands of one request datagram, as they are read and told. */
export class AskedCommands {
  /** Bytes of the request that were told of in some way. */
  toldBytes = 0;
  #count = 0;
  #untold = 0;
  readonly #keys: (readonly string[])[] = [];
  /** Whether a key was asked for more than once; undefined until that is asked. */
  #repeatsKeys: boolean | undefined = undefined;

  read(request: Transaction): void {
    this.#count++;
    this.#untold++;
    if (request.keys.length > 0) this.#keys.push(request.keys);
    this.#repeatsKeys = undefined;
  }

  told(transaction: Transaction): void {
    this.#untold--;
    this.toldBytes += transaction.requestBytes;
  }

  /** All that were read so far are told. */
  get areTold(): boolean {
    return this.#untold === 0;
  }

  get areSeveral(): boolean {
    return this.#count > 1;
  }

  /** One retrieval of several keys is all that was asked. */
  get areMultiGet(): boolean {
    return this.#count === 1 && this.firstKeys.length > 1;
  }

  /** Keys of the first command that has some. */
  get firstKeys(): readonly string[] {
    return this.#keys[0] ?? [];
  }

  /** A key was asked for more than once. */
  get repeatKeys(): boolean {
    this.#repeatsKeys ??= hasRepeated(this.#keys.flat());
    return this.#repeatsKeys;
  }
}

function hasRepeated(keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length;
}
