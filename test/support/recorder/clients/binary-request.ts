/** A request of the binary protocol (memcached's doc/protocol-binary.xml, §3). */
export interface BinaryRequest {
  readonly opcode: number;
  readonly key?: string;
  readonly extras?: Buffer;
  readonly value?: Buffer;
  readonly cas?: bigint;
  readonly opaque?: number;
}

export function encodeRequest(request: BinaryRequest): Buffer {
  const { opcode, opaque = 0, cas = 0n } = request;
  const key = Buffer.from(request.key ?? '', 'latin1');
  const extras = request.extras ?? Buffer.alloc(0);
  const value = request.value ?? Buffer.alloc(0);
  const header = Buffer.alloc(24);
  header[0] = 0x80;
  header[1] = opcode;
  header.writeUInt16BE(key.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(extras.length + key.length + value.length, 8);
  header.writeUInt32BE(opaque, 12);
  header.writeBigUInt64BE(cas, 16);
  return Buffer.concat([header, extras, key, value]);
}
