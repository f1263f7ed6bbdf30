/**
 * Messages of the binary protocol by the names of their fields, for tests:
 *
 *     get key=foo opaque=1
 *     set key=foo flags=5 exptime=0 value=nick cas=3
 *     get status=0 flags=5 value=nick
 *
 * The first word is the opcode's name, or its code as `0x5f`. Then come, in any order: `key`, `value`, `opaque`, `cas`,
 * `status`, `type` (data type); the extras `flags`, `exptime` (32 bits), `delta`, `initial` (64 bits) or `extras` in
 * hexadecimal; `number`, a value of 64 bits; and `magic`, `keyLength`, `extrasLength`, `bodyLength` where the header
 * shall lie. In texts `\s` is a blank, `\xNN` a byte, and `{N*text}` stands for `text` N times. `raw=…` alone is bytes.
 */
export function encodeMessage(fromClient: boolean, text: string): Buffer {
  const [name = '', ...words] = text.trim().split(/ +/);
  if (name.startsWith('raw=')) return bytesOf(name.slice(4));
  const fields = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const extras = extrasOf(fields);
  const key = bytesOf(fields.get('key') ?? '');
  const value = fields.has('number') ? word64(fields.get('number') as string) : bytesOf(fields.get('value') ?? '');
  const header = Buffer.alloc(24);
  header[0] = Number(fields.get('magic') ?? (fromClient ? 0x80 : 0x81));
  header[1] = codeOf(name);
  header.writeUInt16BE(Number(fields.get('keyLength') ?? key.length), 2);
  header[4] = Number(fields.get('extrasLength') ?? extras.length);
  header[5] = Number(fields.get('type') ?? 0);
  header.writeUInt16BE(Number(fields.get('status') ?? 0), 6);
  header.writeUInt32BE(Number(fields.get('bodyLength') ?? extras.length + key.length + value.length), 8);
  header.writeUInt32BE(Number(fields.get('opaque') ?? 0), 12);
  header.writeBigUInt64BE(BigInt(fields.get('cas') ?? 0), 16);
  return Buffer.concat([header, extras, key, value]);
}

/** Messages of one packet, separated by ` | `. */
export function encodePacket(fromClient: boolean, text: string): Buffer {
  return Buffer.concat(text.split(' | ').map((message) => encodeMessage(fromClient, message)));
}

function codeOf(name: string): number {
  if (name.startsWith('0x')) return Number(name);
  const code = codes[name];
  if (code === undefined) throw new Error(`no such opcode: ${name}`);
  return code;
}

function extrasOf(fields: ReadonlyMap<string, string>): Buffer {
  const parts: Buffer[] = [];
  if (fields.has('extras')) parts.push(Buffer.from(fields.get('extras') as string, 'hex'));
  if (fields.has('flags')) parts.push(word32(fields.get('flags') as string));
  if (fields.has('delta')) parts.push(word64(fields.get('delta') as string));
  if (fields.has('initial')) parts.push(word64(fields.get('initial') as string));
  if (fields.has('exptime')) parts.push(word32(fields.get('exptime') as string));
  return Buffer.concat(parts);
}

function word32(digits: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(digits));
  return bytes;
}

function word64(digits: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(digits));
  return bytes;
}

function bytesOf(text: string): Buffer {
  const repeated = text.replace(/\{(\d+)\*([^}]*)\}/g, (_, times: string, what: string) => what.repeat(Number(times)));
  const plain = repeated.replace(/\\(?:x([0-9a-f]{2})|(s))/g, (_, hex: string | undefined) =>
    hex === undefined ? ' ' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

/** Source: memcached protocol_binary.h; typed again, so that the tests don't share a mistake with what they test. */
const codes: Readonly<Record<string, number>> = {
  get: 0x00,
  set: 0x01,
  add: 0x02,
  replace: 0x03,
  delete: 0x04,
  increment: 0x05,
  decrement: 0x06,
  quit: 0x07,
  flush: 0x08,
  getq: 0x09,
  noop: 0x0a,
  version: 0x0b,
  getk: 0x0c,
  getkq: 0x0d,
  append: 0x0e,
  prepend: 0x0f,
  stat: 0x10,
  setq: 0x11,
  addq: 0x12,
  replaceq: 0x13,
  deleteq: 0x14,
  incrementq: 0x15,
  decrementq: 0x16,
  quitq: 0x17,
  flushq: 0x18,
  appendq: 0x19,
  prependq: 0x1a,
  verbosity: 0x1b,
  touch: 0x1c,
  gat: 0x1d,
  gatq: 0x1e,
  sasl_list_mechs: 0x20,
  sasl_auth: 0x21,
  sasl_step: 0x22,
  gatk: 0x23,
  gatkq: 0x24,
};
