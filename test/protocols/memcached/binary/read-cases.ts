import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chunk, ParserCase } from '../../../support/case-documents.ts';
import { encodePacket } from './encode.ts';

/**
 * Cases as documents, as in `case-documents.ts`; in a block `traffic` each line is a packet of messages as in
 * `encode.ts`.
 */
export function readBinaryCases(directory: string): ParserCase[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.md'));
  return files.sort().flatMap((file) => {
    const sections = readFileSync(join(directory, file), 'utf8').split(/^## /m);
    return sections.slice(1).map((section) => readCase(file, section));
  });
}

function readCase(file: string, section: string): ParserCase {
  const title = section.slice(0, section.indexOf('\n')).trim();
  const name = `${file}: ${title}`;
  return {
    name,
    traffic: block(section, 'traffic', name).map(readPacket),
    events: block(section, 'events', name),
    isMidStream: title.endsWith('(mid-stream)'),
  };
}

function readPacket(line: string): Chunk {
  const fromClient = line.startsWith('> ');
  return { fromClient, bytes: encodePacket(fromClient, line.slice(2)) };
}

function block(section: string, kind: string, name: string): string[] {
  const match = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section);
  if (match === null) throw new Error(`${name}: there is no block \`${kind}\``);
  return (match[1] as string).split('\n').slice(0, -1);
}
