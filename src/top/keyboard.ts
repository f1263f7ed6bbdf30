/** Keys that the screen knows, by name; any other printable character is itself. */
export type Key =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'tab'
  | 'backTab'
  | 'escape'
  | 'backspace'
  | 'interrupt'
  | 'suspend'
  | (string & {});

/** What terminals send. Sources: ECMA-48; xterm's "Control Sequences", PC-style function keys. */
const sequences: ReadonlyMap<string, Key> = new Map([
  ['\x1b[A', 'up'],
  ['\x1b[B', 'down'],
  ['\x1b[C', 'right'],
  ['\x1b[D', 'left'],
  ['\x1bOA', 'up'],
  ['\x1bOB', 'down'],
  ['\x1bOC', 'right'],
  ['\x1bOD', 'left'],
  ['\x1b[5~', 'pageUp'],
  ['\x1b[6~', 'pageDown'],
  ['\x1b[H', 'home'],
  ['\x1b[F', 'end'],
  ['\x1b[1~', 'home'],
  ['\x1b[4~', 'end'],
  ['\x1bOH', 'home'],
  ['\x1bOF', 'end'],
  ['\x1b[Z', 'backTab'],
  ['\x1b', 'escape'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x03', 'interrupt'],
  ['\x1a', 'suspend'],
]);

const longest = 4;

/** The keys in what a terminal has sent at once; unknown sequences are left out. */
export function keysIn(text: string): Key[] {
  const keys: Key[] = [];
  for (let at = 0; at < text.length; ) {
    const known = longestSequence(text, at);
    if (known !== undefined && (known !== '\x1b' || at + 1 === text.length)) {
      keys.push(sequences.get(known) as Key);
      at += known.length;
    } else if (text[at] === '\x1b') {
      at += 1 + (/^(?:[[O][0-9;]*[ -/]*[@-~]?|.)/.exec(text.slice(at + 1))?.[0].length ?? 0);
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      if (character >= ' ') keys.push(character);
      at += character.length;
    }
  }
  return keys;
}

function longestSequence(text: string, at: number): string | undefined {
  for (let length = longest; length > 0; length--) {
    const candidate = text.slice(at, at + length);
    if (candidate.length === length && sequences.has(candidate)) return candidate;
  }
  return undefined;
}
