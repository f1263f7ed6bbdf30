/** A process at one end of a connection. What is not certain is absent. */
export interface LocalProcess {
  /** Its name as ps and top show it, at most 15 characters; Latin-1. Absent where several with other names share it. */
  readonly process?: string;
  /** Absent where several processes share the socket. */
  readonly pid?: number;
  /** The container that it runs in, by its id, or by its name where it has no id. */
  readonly container?: string;
}

/** What the kernel says of one end of a connection. */
export interface ConnectionEnd {
  /** Its address is one of this host's, or of a container's on it. */
  readonly isLocal: boolean;
  /** Whose socket it is. */
  readonly owner?: LocalProcess;
  /** Who takes connections at this address and port. */
  readonly listener?: LocalProcess;
}

/** Asks for the ends of a connection, as a line of JSON on the standard input of the process that looks them up. */
export interface LookUpRequest {
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  /** As `endpointText` writes them. */
  readonly ends: readonly [string, string];
}

/** The answer, a line of JSON on its standard output. */
export interface LookUpAnswer {
  readonly id: number;
  /** In the order of the request; empty where there was no time to look. */
  readonly ends: readonly ConnectionEnd[];
}
