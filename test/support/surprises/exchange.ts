/** A request and its answer, as any client and server have them, and what is told of them. */
export interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
  readonly expected: ExpectedCommand;
}

/** What is told of an ordinary exchange; what is absent is not looked at. */
export interface ExpectedCommand {
  readonly command: string;
  /** No other exchange of the stream has it; undefined where the command has none. */
  readonly key: string | undefined;
  readonly status: string;
  /** Bytes of the value. */
  readonly bytes?: number;
  readonly result?: string;
}

/** A request with an answer that may be any, and may not come at all. */
export interface Surprise {
  /** The request, for messages. */
  readonly asked: string;
  /** The form of the answer, for messages. */
  readonly form: string;
  readonly request: Buffer;
  readonly answer: Buffer;
  /** `sometimes`: the request is quiet; `never`: it says noreply, or closes the connection. */
  readonly isDue: 'always' | 'sometimes' | 'never';
  /** The first line of the answer, of text. */
  readonly firstLine?: string;
  /**
   * Where it is not plain which bytes are one answer. `open`: what comes behind it may be more of it; `emptyLine`: an
   * empty line in front of it may be of it, of the answer before, or of none.
   */
  readonly doubt?: 'open' | 'emptyLine';
}

/** What the server does with the request: `twice` is the same answer again, before the client sends on. */
export const reactions = ['answered', 'silent', 'twice'] as const;

export type Reaction = (typeof reactions)[number];
