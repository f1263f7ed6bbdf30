/**
 * The environment of a capture child. It speaks with no server; certificates that Node.js is told to read at each start
 * took it 90 ms, in which no packet was captured yet.
 */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = environment;
  return rest;
}
