import { latin1 } from '../../bytes.ts';
import { isKnownCommand, parseCommandLine } from './command-line.ts';
import { longestCredentials, mayBeCredentials, mayLeaveValueBehind, withheldLine } from './credentials.ts';
import type { Request } from './request.ts';

/** How far a client is authenticated, as far as its server's answers tell. */
const Standing = {
  /** Nothing was answered but with refusals to authenticate. */
  unknown: 0,
  /** Something was answered: what follows are no credentials. */
  authenticated: 1,
  /** A command was accepted: whatever is read as commands is no user and password. */
  accepted: 2,
} as const;

type Standing = (typeof Standing)[keyof typeof Standing];

/** A user and a password, as the server reads them. */
const twoWords = /^[^ ]+ +[^ ]+$/;

/** Keeps what is asked for of a client's values, and nothing that may be a user and a password. */
export class KeptValues {
  readonly #keepValueBytes: number;
  #standing: Standing = Standing.unknown;
  /** True where the value of a storage line may be read as commands, of a client of which nothing was accepted yet. */
  #mayTellValue = false;

  constructor(keepValueBytes: number) {
    this.#keepValueBytes = keepValueBytes;
  }

  get isAccepted(): boolean {
    return this.#standing === Standing.accepted;
  }

  /** The server has answered with anything but a refusal to authenticate. */
  authenticated(): void {
    if (this.#standing === Standing.unknown) this.#standing = Standing.authenticated;
  }

  /** The server has accepted a command. Returns what goes on in its place, perhaps itself. */
  accepted(): KeptValues {
    this.#standing = Standing.accepted;
    this.#mayTellValue = false;
    return this.#keepValueBytes === 0 ? keepsNothing : this;
  }

  /** A command line was read. Returns it, or one in its place where it may be credentials; those are left out of it. */
  commandLine(request: Request, mostKeys: number): Request {
    if (this.#standing === Standing.accepted) return request;
    const isWithheld = this.#mayTellValue && !isKnownCommand(request.command) && mayBeCredentials(request.line);
    const told = isWithheld ? parseCommandLine(withheldLine, 0, withheldLine.length, mostKeys) : request;
    this.#mayTellValue ||= mayLeaveValueBehind(told);
    // What a refused `set` leaves behind may be a user and a password, run as a command.
    if (this.#mayAuthenticate && told.refused && !isKnownCommand(told.command)) told.args = undefined;
    return told;
  }

  /** The data block of a request begins. */
  begin(request: Request): void {
    if (this.#keepValueBytes > 0 || this.#mayHoldCredentials(request)) request.value = '';
  }

  /** The next bytes of the block: all of one that may hold credentials is kept, to see whether it does. */
  append(request: Request, bytes: Buffer, start: number, end: number): void {
    if (request.value === undefined) return;
    const wanted = this.#mayAuthenticate ? Math.max(this.#keepValueBytes, longestCredentials) : this.#keepValueBytes;
    const rest = Math.min(wanted, request.valueLength) - request.value.length;
    if (rest > 0) request.value += latin1(bytes, start, Math.min(end, start + rest));
  }

  /** The block is complete. */
  finish(request: Request): void {
    if (request.value !== undefined) this.#trim(request, request.value);
    if (this.#standing !== Standing.accepted) this.#mayTellValue ||= mayLeaveValueBehind(request);
  }

  #trim(request: Request, value: string): void {
    const mayHold = this.#mayHoldCredentials(request);
    if (mayHold && request.command === 'set') request.holdsTwoWords = twoWords.test(value);
    if (this.#keepValueBytes === 0 || (mayHold && mayBeCredentials(value))) {
      request.value = undefined;
      return;
    }
    request.value = value.slice(0, this.#keepValueBytes);
    request.valueTruncated = request.value.length < request.valueLength;
  }

  /** True while a `set` may be how the client authenticates. */
  get #mayAuthenticate(): boolean {
    return this.#standing === Standing.unknown;
  }

  #mayHoldCredentials({ valueLength }: Request): boolean {
    return this.#mayAuthenticate && valueLength <= longestCredentials;
  }
}

/** Of a client that is accepted, and of whose values nothing is kept, nothing has to be known: most share this. */
const keepsNothing = new KeptValues(0);
keepsNothing.accepted();
