import { opcodeOf } from './binary/opcodes.ts';

/** The commands of the text protocols that a server or a service knows, those of older and of other servers included. */
const textCommands = [
  ...['get', 'gets', 'bget', 'gat', 'gats'],
  ...['set', 'add', 'replace', 'append', 'prepend', 'cas'],
  ...['delete', 'incr', 'decr', 'touch'],
  ...['mg', 'ms', 'md', 'ma', 'me', 'mn'],
  ...[
    'flush_all',
    'verbosity',
    'cache_memlimit',
    'slabs',
    'lru',
    'extstore',
    'refresh_certs',
    'debugtime',
    'debugitem',
  ],
  ...['stats', 'lru_crawler', 'watch', 'config', 'version', 'shutdown', 'quit'],
] as const;

/** Names of commands as records have them: of the text protocols, and of the binary one by opcode. */
export function commandNames(): ReadonlySet<string> {
  const names = new Set<string>(textCommands);
  for (let code = 0; code < 256; code++) names.add(opcodeOf(code).name);
  return names;
}
