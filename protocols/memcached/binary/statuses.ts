import type { Status } from '../../transaction.ts';
import { CommandKind } from './opcodes.ts';

/** Status codes of answers. Source: memcached protocol_binary.h. */
export const StatusCode = {
  success: 0x00,
  keyNotFound: 0x01,
  keyExists: 0x02,
  tooLarge: 0x03,
  notStored: 0x05,
  authContinue: 0x21,
  unknownCommand: 0x81,
  outOfMemory: 0x82,
} as const;

/** Names after protocol_binary.h; those that it lacks after the wiki's BinaryProtocolRevamped. */
const statusNames: ReadonlyMap<number, string> = new Map([
  [0x00, 'success'],
  [0x01, 'key_not_found'],
  [0x02, 'key_exists'],
  [0x03, 'too_large'],
  [0x04, 'invalid_arguments'],
  [0x05, 'not_stored'],
  [0x06, 'delta_badval'],
  [0x07, 'wrong_vbucket'],
  [0x20, 'auth_error'],
  [0x21, 'auth_continue'],
  [0x81, 'unknown_command'],
  [0x82, 'out_of_memory'],
  [0x83, 'not_supported'],
  [0x84, 'internal_error'],
  [0x85, 'busy'],
  [0x86, 'temporary_failure'],
]);

/** `not_stored`; a code without a name as `0x0099`. */
export function statusName(code: number): string {
  return statusNames.get(code) ?? `0x${code.toString(16).padStart(4, '0')}`;
}

const codesByName: ReadonlyMap<string, number> = new Map([...statusNames].map(([code, name]) => [name, code]));

/** The code of a `statusName`; undefined where that is none. */
export function statusCode(name: string): number | undefined {
  return codesByName.get(name) ?? (/^0x[0-9a-f]{4}$/.test(name) ? Number(name) : undefined);
}

/** The name as an annotation shows it, like the text protocol's words: `NOT_STORED`. */
export function statusWord(code: number): string {
  return statusNames.get(code)?.toUpperCase() ?? statusName(code);
}

export function isKnownStatus(code: number): boolean {
  return statusNames.has(code);
}

/** The word of a record for a status code, given what the command does. */
export function statusOf(code: number, kind: CommandKind): Status {
  switch (code) {
    case StatusCode.success:
      return successOf(kind);
    case StatusCode.keyNotFound:
      return kind === CommandKind.retrieval ? 'miss' : 'not_found';
    case StatusCode.keyExists:
      return 'exists';
    case StatusCode.notStored:
      return 'not_stored';
    case StatusCode.authContinue:
      return 'ok';
    case StatusCode.unknownCommand:
      return 'error';
    default:
      return code === StatusCode.tooLarge || code >= StatusCode.outOfMemory ? 'server_error' : 'client_error';
  }
}

function successOf(kind: CommandKind): Status {
  switch (kind) {
    case CommandKind.retrieval:
      return 'hit';
    case CommandKind.storage:
      return 'stored';
    case CommandKind.deletion:
      return 'deleted';
    case CommandKind.touch:
      return 'touched';
    default:
      return 'ok';
  }
}
