import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteWriter } from '../src/byte-writer.ts';

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(4);
  write(out);
  return out.toString();
}

describe('ByteWriter', () => {
  it('writes numbers as JavaScript does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        assert.equal(
          written((out) => out.decimal(value)),
          String(value),
        );
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
        assert.equal(
          written((out) => out.hex(value)),
          value.toString(16),
        );
        assert.equal(
          written((out) => out.paddedHex(value, 8)),
          value.toString(16).padStart(8, '0'),
        );
        assert.equal(
          written((out) => out.paddedDecimal(value, 12)),
          String(value).padStart(12, '0'),
        );
      }),
    );
  });

  it('copies and appends, whatever the length', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
        const out = new ByteWriter(1);
        for (const part of parts) out.copy(part, 0, part.length);
        assert.deepEqual(out.bytes.subarray(0, out.length), Buffer.concat(parts));
      }),
    );
  });

  it('lets no byte from the wire through that is not printable ASCII, and shows each apart', () => {
    const shown = new Set<string>();
    for (let byte = 0; byte < 256; byte++) {
      const text = written((out) => out.escaped(String.fromCharCode(byte)));
      assert.match(text, /^[ -~]+$/);
      shown.add(text);
    }
    assert.equal(shown.size, 256);
    assert.equal(
      written((out) => out.escaped('a\\b\x1b[31m\xff')),
      'a\\\\b\\x1b[31m\\xff',
    );
  });
});
