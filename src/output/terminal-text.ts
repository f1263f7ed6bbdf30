/**
 * A message with names in it that others may have chosen: of files, devices, words of a filter. What could move a
 * cursor or reorder a line (control and format characters, lone surrogates) becomes `\xNN`, byte by byte; letters of
 * any script stay.
 */
export function terminalText(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
