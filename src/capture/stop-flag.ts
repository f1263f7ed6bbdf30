/** Places of the memory that the capture child's threads share. */
export const StopFlag = {
  /** 1 when the end was asked for. */
  asked: 0,
  /** 1 when the main thread has stopped capturing, and hands over what it has. */
  ending: 1,
} as const;

/** What the watching thread tells the main thread first: it has loaded all that it needs. */
export const watching = 'watching';
