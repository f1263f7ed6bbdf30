import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Parser cases as documents that a person who knows the protocol can review. Each `##` section is a case: prose that
 * says why, a block `traffic` with what client (`>`) and server (`<`) send, one packet a line, and a block `events`
 * with what the session must tell, in order.
 */
export interface ParserCase {
  /** File and heading, for messages. */
  readonly name: string;
  readonly traffic: readonly Chunk[];
  readonly events: readonly string[];
  /** True where the heading ends with `(mid-stream)`: the capture began after the connection. */
  readonly isMidStream: boolean;
}

export interface Chunk {
  readonly fromClient: boolean;
  readonly bytes: Buffer;
}

/** The bytes of one line of traffic. */
type DecodePacket = (fromClient: boolean, text: string) => Buffer;

/**
 * The cases of all documents in a directory. Unless `decode` reads it otherwise, traffic is text, in which `\r`, `\n`,
 * `\0`, `\\` and `\xNN` are escapes, and `{N*text}` stands for `text` N times.
 */
export function readCases(directory: string, decode: DecodePacket = decodeText): ParserCase[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.md'));
  return files.sort().flatMap((name) => parseDocument(name, readFileSync(join(directory, name), 'utf8'), decode));
}

function parseDocument(file: string, document: string, decode: DecodePacket): ParserCase[] {
  return document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const title = section.slice(0, section.indexOf('\n')).trim();
      const name = `${file}: ${title}`;
      return {
        name,
        traffic: block(section, 'traffic', name).map((line) => parseChunk(line, name, decode)),
        events: block(section, 'events', name),
        isMidStream: title.endsWith('(mid-stream)'),
      };
    });
}

function block(section: string, kind: string, name: string): string[] {
  const match = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section);
  if (match === null) throw new Error(`${name}: there is no block \`${kind}\``);
  return (match[1] as string).split('\n').slice(0, -1);
}

function parseChunk(line: string, name: string, decode: DecodePacket): Chunk {
  const match = /^([<>]) (.*)$/.exec(line);
  if (match === null) throw new Error(`${name}: traffic starts with > or <: ${line}`);
  const fromClient = match[1] === '>';
  return { fromClient, bytes: decode(fromClient, match[2] as string) };
}

function decodeText(_fromClient: boolean, text: string): Buffer {
  const repeated = text.replace(/\{(\d+)\*([^}]*)\}/g, (_, times: string, what: string) => what.repeat(Number(times)));
  const bytes = repeated.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (controls[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

const controls: Readonly<Record<string, string>> = { r: '\r', n: '\n', '0': '\0' };
