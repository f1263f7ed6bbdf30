/** What the signals of an operator, a terminal or a service manager ask for. */
export interface SignalActions {
  /** SIGINT, SIGTERM (and SIGHUP where nothing is to be opened anew): end, and tell what there is. */
  interrupt(): void;
  /** The same once more: end at once. */
  interruptAgain(): void;
  /** SIGHUP; undefined where it ends the program. */
  readonly hangUp: (() => void) | undefined;
  /** SIGUSR1: tell the counters so far. */
  tellCounters(): Promise<void>;
}

/** Takes the signals over until the returned function is called. */
export function handleSignals(actions: SignalActions): () => void {
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) actions.interrupt();
    else actions.interruptAgain();
  };
  const handlers = [
    ['SIGINT', interrupt],
    ['SIGTERM', interrupt],
    ['SIGHUP', actions.hangUp ?? interrupt],
    ['SIGUSR1', () => void actions.tellCounters()],
  ] as const;
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
