// Stands in for the package string-width, with which yargs lays out the help. Every character of the help is one column
// wide, and the package's tables of all that are not took a fifth of the time that the program needs to start.

/** Columns that text takes on a terminal, of which every character is one wide. */
function stringWidth(text) {
  return text.length;
}

// biome-ignore lint/style/noDefaultExport: yargs imports it so.
export default stringWidth;
