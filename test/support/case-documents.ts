import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Parser cases as documents that a person who knows the protocol can review. Each `##` section is a case: prose that
 * says why, a block `traffic` with what client (`>`) and server (`<`) send, one packet a line, and a block `events`
 * with what the session must tell, in order. In traffic `\r`, `\n`, `\0`, `\\` and `\xNN` are escapes, and
 * `{N*text}` stands for `text` N times.
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

export function readCases(directory: string): ParserCase[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.md'));
  return files.sort().flatMap((name) => parseDocument(name, readFileSync(join(directory, name), 'utf8')));
}

function parseDocument(file: string, document: string): ParserCase[] {
  return document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const title = section.slice(0, section.indexOf('\n')).trim();
      const name = `${file}: ${title}`;
      return {
        name,
        traffic: block(section, 'traffic', name).map((line) => parseChunk(line, name)),
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

function parseChunk(line: string, name: string): Chunk {
  const match = /^([<>]) (.*)$/.exec(line);
  if (match === null) throw new Error(`${name}: traffic starts with > or <: ${line}`);
  return { fromClient: match[1] === '>', bytes: Buffer.from(unescapeText(match[2] as string), 'latin1') };
}

function unescapeText(text: string): string {
  const repeated = text.replace(/\{(\d+)\*([^}]*)\}/g, (_, times: string, what: string) => what.repeat(Number(times)));
  return repeated.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (controls[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const controls: Readonly<Record<string, string>> = { r: '\r', n: '\n', '0': '\0' };
