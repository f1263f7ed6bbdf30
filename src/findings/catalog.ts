/** How bad what a finding names is, the worst first. */
export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

/** One diagnosis: what it is called, how bad it is unless the evidence says otherwise, what is seen and what to do. */
export interface Diagnosis {
  readonly severity: Severity;
  /** What `--finding NAME=NUMBER` changes; absent where the definition has no number. */
  readonly number?: { readonly default: number; readonly unit: string };
  /** What is seen, in a few words. */
  readonly describe: string;
  /** What to do, one sentence. */
  readonly advice: string;
}

/** All that is looked for. Definitions: docs/findings.md. */
export const catalog = {
  'wrong-key': {
    severity: 'error',
    describe: 'an answer names a key or opaque that its request did not ask for',
    advice:
      'Close the connection after any timeout or error in the middle of an answer: this client reads answers of other requests.',
  },
  'one-behind': {
    severity: 'error',
    number: { default: 3, unit: 'requests' },
    describe: 'a client that waited for its answers sends on while one is late, and stays behind',
    advice: 'Have the client close the connection when a request times out instead of using it again.',
  },
  'value-as-commands': {
    severity: 'error',
    describe: 'bytes of a value were executed as commands',
    advice: 'Have the client count the bytes of the value, not its characters, and refuse keys with blanks.',
  },
  'shifted-by-error': {
    severity: 'error',
    describe: 'an error line came for a request that had asked for no answer',
    advice:
      'Close the connection on an error line that nothing was asked for, or do without noreply on this connection.',
  },
  'protocol-error': {
    severity: 'warning',
    describe: 'the server refused a command',
    advice: 'Compare the command with what this version of the server understands.',
  },
  'server-error': {
    severity: 'error',
    describe: 'the server could not do what it was asked for',
    advice: "Look at the server's memory, limits and log.",
  },
  'bad-key': {
    severity: 'warning',
    number: { default: 250, unit: 'bytes' },
    describe: 'a key that is too long, or has control characters, was sent',
    advice: 'Hash long keys, and encode or refuse those with control characters before they are sent.',
  },
  slow: {
    severity: 'warning',
    number: { default: 10, unit: 'ms' },
    describe: 'a client waited long',
    advice: 'Look at what the cause names: the server, the network, or what the connection was busy with.',
  },
  'stall-delayed-ack': {
    severity: 'warning',
    number: { default: 2, unit: 'ms' },
    describe: 'the rest of a message waited for a delayed acknowledgment',
    advice: 'Write each message with one call, or set TCP_NODELAY on the socket that sends it.',
  },
  retransmission: {
    severity: 'note',
    number: { default: 200, unit: 'ms' },
    describe: 'segments were sent again',
    advice: 'Look for loss on the way: errors and drops of interfaces, full queues, an overloaded host.',
  },
  'syn-retry': {
    severity: 'warning',
    number: { default: 0.9, unit: 's' },
    describe: 'a SYN was sent again',
    advice: "Look for loss on the way, and for a full listen backlog of the server (listen's backlog, somaxconn).",
  },
  refused: {
    severity: 'error',
    describe: 'a SYN was answered by RST, or never',
    advice: 'Check that the server runs and listens on this address and port, and that no firewall is in between.',
  },
  'too-many-connections': {
    severity: 'error',
    number: { default: 1, unit: 's' },
    describe: 'the server turned a connection away',
    advice: "Raise the server's limit of connections (-c), or have clients share and reuse theirs.",
  },
  'zero-window': {
    severity: 'warning',
    describe: 'a receiver took no more bytes while more had to come',
    advice: 'Find out why the side whose window was 0 does not read: it is busy, stopped, or waits for something else.',
  },
  unanswered: {
    severity: 'warning',
    number: { default: 1, unit: 's' },
    describe: 'a request got no answer',
    advice: 'Find out whether the server hung, was restarted, or closed the connection.',
  },
  'gave-up': {
    severity: 'warning',
    number: { default: 1, unit: 's' },
    describe: 'the client closed the connection while requests were waiting',
    advice: "Compare the client's timeout with what the server takes, and find out what held the server up.",
  },
  churn: {
    severity: 'warning',
    number: { default: 20, unit: 'connections' },
    describe: 'a client opens a connection for a few commands each',
    advice: 'Keep connections open and use them again: a persistent connection, or a pool.',
  },
  'serial-gets': {
    severity: 'note',
    number: { default: 10, unit: 'retrievals' },
    describe: 'single keys are retrieved one after the other',
    advice: 'Ask for all these keys with one multi-get, or send the requests without waiting in between.',
  },
  'repeated-get': {
    severity: 'note',
    number: { default: 20, unit: 'retrievals' },
    describe: 'a client retrieves the same unchanged key again and again',
    advice: 'Keep the value in the client for a moment instead of retrieving it again.',
  },
  'never-set': {
    severity: 'warning',
    number: { default: 5, unit: 'misses' },
    describe: 'a key is asked for and never stored',
    advice: 'Store the value after the miss, a marker for what does not exist, or stop asking for this key.',
  },
  stampede: {
    severity: 'warning',
    number: { default: 1, unit: 's' },
    describe: 'several clients miss a key and all store it',
    advice: 'Let one client make the value: with a lock by add, or with the stale and win flags of meta get.',
  },
  'lock-contention': {
    severity: 'note',
    number: { default: 5, unit: 'failures' },
    describe: 'add of a key fails again and again',
    advice: 'Wait longer between tries, with some randomness, or shorten the time for which the lock is held.',
  },
  'cas-conflicts': {
    severity: 'note',
    number: { default: 10, unit: 'cas commands' },
    describe: 'many cas commands of a key come too late',
    advice: 'Split what is written to this key, or use incr, append or a meta command that needs no round trip.',
  },
  'near-item-limit': {
    severity: 'note',
    number: { default: 90, unit: '%' },
    describe: 'a value is nearly as large as an item may be',
    advice: "Compress or split the value, or raise the server's item size limit (-I), before it is refused.",
  },
  'expires-at-once': {
    severity: 'error',
    number: { default: 2_592_000, unit: 's' },
    describe: 'an exptime is a date that has passed',
    advice: 'Send durations of more than 30 days as a date: the time of now plus the duration, in seconds since 1970.',
  },
  'hot-key': {
    severity: 'note',
    number: { default: 20, unit: '%' },
    describe: 'one key makes a large part of all retrievals, or of their bytes',
    advice: 'Keep this value in the clients, or spread it over several keys or servers.',
  },
  flushed: {
    severity: 'warning',
    describe: 'flush_all was executed',
    advice: 'Find out who runs this command: all that was cached is lost, and must be made anew.',
  },
  'expensive-stats': {
    severity: 'note',
    number: { default: 1, unit: 'a second' },
    describe: 'statistics that take the server much time, or are asked for often',
    advice: 'Ask for statistics less often, and for such lists never in production.',
  },
  'binary-protocol': {
    severity: 'note',
    describe: 'the binary protocol is spoken, which memcached has deprecated',
    advice: 'Use the text protocol with its meta commands.',
  },
  'clear-credentials': {
    severity: 'warning',
    describe: 'credentials cross the network in the clear',
    advice: 'Use TLS, change this password, and keep the traffic on a network that nobody else reads.',
  },
  udp: {
    severity: 'note',
    describe: 'memcached answers over UDP: open to amplification',
    advice: 'Turn UDP off (-U 0) unless it is needed, and let no other network reach the port.',
  },
  tls: {
    severity: 'note',
    describe: 'a connection is TLS and cannot be read',
    advice: 'Capture where the traffic is in the clear, on the side of a proxy that ends TLS.',
  },
} as const satisfies Record<string, Diagnosis>;

export type FindingName = keyof typeof catalog;

export const findingNames = Object.keys(catalog) as readonly FindingName[];

/** What was changed with `--finding`: another number, or left out. */
export type FindingChanges = ReadonlyMap<FindingName, number | 'off'>;
