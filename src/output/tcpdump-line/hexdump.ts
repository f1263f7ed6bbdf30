import type { ByteWriter } from '../../byte-writer.ts';

const bytesPerLine = 16;
/** Hexadecimal columns of a full line: eight groups of a blank and four digits. */
const hexColumns = 40;

const space = 0x20;
const dot = 0x2e;
const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;

function isGraphic(byte: number): boolean {
  return byte > space && byte < 0x7f;
}

/** Appends `bytes[start, end)` as tcpdump's -x does: each line begins with a newline, a tab and its offset. */
export function hexDump(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let line = start; line < end; line += bytesPerLine) {
    offset(line - start, out);
    hexGroups(bytes, line, Math.min(line + bytesPerLine, end), out);
  }
}

/** Appends `bytes[start, end)` as tcpdump's -X does: hexadecimal, and printable characters beside it. */
export function hexAsciiDump(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let line = start; line < end; line += bytesPerLine) {
    const lineEnd = Math.min(line + bytesPerLine, end);
    offset(line - start, out);
    const column = out.length;
    hexGroups(bytes, line, lineEnd, out);
    out.reserve(hexColumns + 2 + bytesPerLine);
    while (out.length < column + hexColumns + 2) out.bytes[out.length++] = space;
    for (let at = line; at < lineEnd; at++) {
      const byte = bytes[at] as number;
      out.bytes[out.length++] = isGraphic(byte) ? byte : dot;
    }
  }
}

/** Appends `bytes[start, end)` as tcpdump's -A does: the text as it is, with dots for what isn't printable. */
export function asciiDump(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve(end - start + 1);
  const target = out.bytes;
  let length = out.length;
  target[length++] = newline;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === carriageReturn) {
      // A carriage return before a newline vanishes, and so do the last two bytes' ones.
      if (end - at > 2 && bytes[at + 1] !== newline) target[length++] = dot;
    } else {
      target[length++] = isGraphic(byte) || byte === tab || byte === space || byte === newline ? byte : dot;
    }
  }
  out.length = length;
}

function offset(value: number, out: ByteWriter): void {
  out.text('\n\t0x');
  if (value > 0xffff) out.hex(value);
  else out.paddedHex(value, 4);
  out.text(': ');
}

function hexGroups(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; at++) {
    if (((at - start) & 1) === 0) out.byte(space);
    out.paddedHex(bytes[at] as number, 2);
  }
}
