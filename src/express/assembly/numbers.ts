// Numbers in decimal, as everybody writes and reads them: without a sign, and without zeros in front.

/** Digits of a number that every version of the server, and the host, reads in the same way. */
const mostDigits: usize = 9;

@inline
export function isDigit(byte: u8): bool {
  return <u32>byte - 0x30 <= 9;
}

/** Whether the `length` bytes from `at` on are a number of at most `most` digits. */
export function isNumberAt(at: usize, length: usize, most: usize = mostDigits): bool {
  if (length == 0 || length > most) return false;
  for (let index: usize = 0; index < length; index++) if (!isDigit(load<u8>(at + index))) return false;
  return length == 1 || load<u8>(at) != 0x30;
}

/** Where the digits from `at` on end. */
export function digitsEnd(at: usize, end: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** The number in `[start, end)`, of at most fifteen digits. */
export function digitsOf(start: usize, end: usize): f64 {
  let number: f64 = 0;
  for (let at = start; at < end; at++) number = number * 10 + <f64>(<i32>load<u8>(at) - 0x30);
  return number;
}

/** The number in `[start, end)`, of at most nine digits. */
export function numberOf(start: usize, end: usize): u32 {
  let number: u32 = 0;
  for (let at = start; at < end; at++) number = number * 10 + load<u8>(at) - 0x30;
  return number;
}
