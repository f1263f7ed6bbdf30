/** What the server reads as one command. */
export interface Part {
  /** With line end and data block, as they go over the wire. */
  readonly bytes: Buffer;
  /** The first word, in lower case; of the binary protocol the opcode's name. */
  readonly command: string;
  /** As sent, in Latin-1. */
  readonly keys: readonly string[];
}

/**
 * What a client writes at a time: one command with its data block. Whether the server takes what follows a doubtful
 * line for its block or for a command of its own is for the server to say, so such an item has further parts.
 */
export interface Item {
  readonly parts: readonly [Part, ...Part[]];
  /** True where the server closes the connection behind it. */
  readonly isLast?: boolean;
}

export function itemBytes({ parts }: Item): Buffer {
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

/** One part of text, Latin-1. Commands whose keys do not begin at the second word say where, or that there are none. */
export function textPart(text: string, firstKey = 1, lastKey = firstKey): Part {
  const line = text.slice(0, text.indexOf('\n')).replace(/\r$/, '');
  const words = line.split(' ').filter((word) => word !== '');
  const [command = ''] = words;
  return {
    bytes: Buffer.from(text, 'latin1'),
    command: command.toLowerCase(),
    keys: words.slice(firstKey, lastKey + 1),
  };
}

/** Commands of a client in the order in which it sends them; `next` learns from what was answered. */
export interface Author {
  next(): Item;
  /** Takes the cas values out of an answer, so that later commands can name them. */
  learn(item: Item, answer: Buffer): void;
}
