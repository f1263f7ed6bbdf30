import type { WireNumber } from '../../protocols/transaction.ts';
import { AsciiText, type ByteWriter } from '../byte-writer.ts';

/** Names of fields, with what stands before their values. */
export const field = {
  conn: new AsciiText(',"conn":'),
  client: new AsciiText(',"client":"'),
  server: new AsciiText('","server":"'),
  clientAddress: new AsciiText('","clientAddress":"'),
  clientPort: new AsciiText('","clientPort":'),
  serverAddress: new AsciiText(',"serverAddress":"'),
  serverPort: new AsciiText('","serverPort":'),
  host: new AsciiText(',"host":'),
  sample: new AsciiText(',"sample":'),
  pid: new AsciiText(',"pid":'),
  process: new AsciiText(',"process":'),
  container: new AsciiText(',"container":'),
  hostname: new AsciiText(',"hostname":'),
  command: new AsciiText(',"command":'),
  key: new AsciiText(',"key":'),
  keys: new AsciiText(',"keys":'),
  args: new AsciiText(',"args":'),
  hits: new AsciiText(',"hits":'),
  misses: new AsciiText(',"misses":'),
  missed: new AsciiText(',"missed":'),
  flags: new AsciiText(',"flags":'),
  exptime: new AsciiText(',"exptime":'),
  cas: new AsciiText(',"cas":'),
  delta: new AsciiText(',"delta":'),
  bytes: new AsciiText(',"bytes":'),
  result: new AsciiText(',"result":'),
  answerFlags: new AsciiText(',"answerFlags":'),
  noreply: new AsciiText(',"noreply":true'),
  latencyUs: new AsciiText(',"latencyUs":'),
  queueUs: new AsciiText(',"queueUs":'),
  transferUs: new AsciiText(',"transferUs":'),
  durationUs: new AsciiText(',"durationUs":'),
  retransmits: new AsciiText(',"retransmits":'),
  requestBytes: new AsciiText(',"requestBytes":'),
  responseBytes: new AsciiText(',"responseBytes":'),
  packet: new AsciiText(',"packet":'),
  answerPacket: new AsciiText(',"answerPacket":'),
  value: new AsciiText(',"value":'),
  valueTruncated: new AsciiText(',"valueTruncated":true'),
  text: new AsciiText(',"text":'),
} as const;

/** A field that holds one of a few words of the program's own: each is prepared with its name when it first comes. */
class WordField {
  readonly #name: string;
  readonly #texts = new Map<string, AsciiText>();

  constructor(name: string) {
    this.#name = name;
  }

  /** The field as text. */
  of(word: string): AsciiText {
    let text = this.#texts.get(word);
    if (text === undefined) {
      text = new AsciiText(`,"${this.#name}":"${word}"`);
      this.#texts.set(word, text);
    }
    return text;
  }
}

export const wordField = {
  event: new WordField('event'),
  reason: new WordField('reason'),
  direction: new WordField('direction'),
  protocol: new WordField('protocol'),
  status: new WordField('status'),
  cause: new WordField('cause'),
} as const;

/** Text from the wire. */
export function wireField(out: ByteWriter, name: AsciiText, text: string): void {
  out.put(name);
  out.quoted(text);
}

export function listField(out: ByteWriter, name: AsciiText, texts: readonly string[]): void {
  out.put(name);
  for (let index = 0; index < texts.length; index++) {
    out.byte(index === 0 ? openingBracket : comma);
    out.quoted(texts[index] as string);
  }
  out.byte(closingBracket);
}

/** A whole number ≥ 0. */
export function numberField(out: ByteWriter, name: AsciiText, value: number): void {
  out.put(name);
  out.decimal(value);
}

export function wireNumberField(out: ByteWriter, name: AsciiText, value: WireNumber): void {
  if (typeof value === 'string') wireField(out, name, value);
  else {
    out.put(name);
    if (value < 0) out.byte(minus);
    out.decimal(Math.abs(value));
  }
}

/** A field that only one protocol has. */
export function extraField(out: ByteWriter, name: string, value: string | number | boolean): void {
  out.text(`,"${name}":`);
  if (typeof value === 'string') out.quoted(value);
  else out.text(String(value));
}

const comma = 0x2c;
const minus = 0x2d;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
