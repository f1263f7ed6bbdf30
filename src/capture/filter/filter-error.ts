/** A filter expression that can't be used. The message names the word and where it stands. */
export class FilterError extends Error {
  /** Position of the word in the expression, in characters from 1. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'FilterError';
    this.position = position;
  }
}
