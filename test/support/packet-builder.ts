/** Everything that tests make packets and captures with; deterministic, and for tests only. */
export * from './capture-file.ts';
export * from './headers.ts';
export * from './tcp-conversation.ts';
