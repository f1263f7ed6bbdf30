import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from '../../../src/byte-writer.ts';
import { asciiDump, hexAsciiDump, hexDump } from '../../../src/output/tcpdump-line/hexdump.ts';

function dump(print: typeof hexDump, bytes: Buffer): string {
  const out = new ByteWriter();
  print(bytes, 0, bytes.length, out);
  return out.toString();
}

const bytes = Buffer.from('VALUE k 0 4\r\nabcd\r\n\x00');

test('-x groups bytes by two', () => {
  const expected =
    '\n\t0x0000:  5641 4c55 4520 6b20 3020 340d 0a61 6263' + //
    '\n\t0x0010:  640d 0a00';
  assert.equal(dump(hexDump, bytes), expected);
});

test('-X puts printable characters beside them, also behind a half line', () => {
  const expected =
    '\n\t0x0000:  5641 4c55 4520 6b20 3020 340d 0a61 6263  VALUE.k.0.4..abc' +
    '\n\t0x0010:  640d 0a                                  d..';
  assert.equal(dump(hexAsciiDump, bytes.subarray(0, 19)), expected);
});

test('-A keeps line ends and hides the rest', () => {
  assert.equal(dump(asciiDump, bytes), '\nVALUE k 0 4\nabcd\n.');
  assert.equal(dump(asciiDump, Buffer.from('a\rb\x1b\xff\tc', 'latin1')), '\na.b..\tc');
});

test('offsets grow beyond four digits', () => {
  assert.match(dump(hexDump, Buffer.alloc(0x10010)), /\n\t0xfff0: .*\n\t0x10000: /);
});
