import type { Standing } from '../../standing.ts';
import { Cost } from '../pairing/cost.ts';
import { type Dialect, Naming, type Places } from '../pairing/dialect.ts';
import { OpaqueOrder } from '../pairing/opaque-order.ts';
import { Due } from '../pairing/paired-request.ts';
import type { Answer } from './binary-responses.ts';
import { headerLength } from './header.ts';
import { opcodeOf } from './opcodes.ts';
import type { BinaryRequest } from './request.ts';
import { fits, settle, settleSilence } from './settle.ts';
import { StatusCode } from './statuses.ts';

/** What a quiet request is answered with where it should be silent; it is believed, where nothing fits better. */
const unusual = Cost.margin / 2;

/** Places that are told from one another; where there are more, nothing is known. */
const mostPlaces = 1025;

/** Binary commands, as pairing sees them. */
export class BinaryDialect implements Dialect<BinaryRequest, Answer> {
  readonly #opaques = new OpaqueOrder();

  /** A request came: what opaque it sends. */
  see({ opaque }: BinaryRequest): void {
    this.#opaques.see(opaque);
  }

  /** An answer came. */
  seeAnswer({ opaque }: Answer): void {
    this.#opaques.seeAnswer(opaque);
  }

  /** True where an opaque names one request and no other. */
  get trustsOpaques(): boolean {
    return this.#opaques.isTrusted;
  }

  /** Writes down which opaques were seen; false where no request was. */
  lend(standing: Standing): boolean {
    return this.#opaques.lend(standing);
  }

  takeBack(standing: Standing): void {
    this.#opaques.takeBack(standing);
  }

  misfit(request: BinaryRequest, answer: Answer): number {
    if (!fits(request, answer)) return Cost.odd;
    if (request.due !== Due.perhaps) return 0;
    const isSuccess = answer.status === StatusCode.success;
    const isSilent = request.retrieves ? answer.status === StatusCode.keyNotFound : isSuccess;
    return isSilent ? unusual : 0;
  }

  looks(): number {
    return 1;
  }

  naming(request: BinaryRequest, answer: Answer): Naming {
    if (this.#opaques.isTrusted && request.opaque === answer.opaque) return Naming.unique;
    return answer.key === undefined ? Naming.none : Naming.key;
  }

  nameOf({ key }: Answer): string {
    return key ?? '';
  }

  unaskedBySilent(): number {
    return Cost.unasked;
  }

  mayDropEarlier(): boolean {
    return false;
  }

  dropsEarlier(): boolean {
    return false;
  }

  saySame(one: Answer, other: Answer): boolean {
    if (one.opcode !== other.opcode || one.status !== other.status || one.cas !== other.cas) return false;
    return one.length === headerLength && other.length === headerLength;
  }

  leastRequestBytes(): number {
    return headerLength;
  }

  fitsAll(): boolean {
    return false;
  }

  isOfRetrieval({ opcode }: Answer): boolean {
    return opcodeOf(opcode).value !== 'taken';
  }

  mayBeTail(): boolean {
    return false;
  }

  settle(request: BinaryRequest, answer: Answer): void {
    settle(request, answer);
  }

  settleSilence(request: BinaryRequest): void {
    settleSilence(request);
  }

  /** An answer takes a header at least. */
  leastAnswerBytes({ due }: BinaryRequest): number {
    return due === Due.always ? headerLength : 0;
  }

  reach(requests: Places<BinaryRequest>, from: readonly number[], room: number): readonly number[] {
    const places = new Set<number>();
    for (const first of from) {
      let left = room;
      for (let place = first; place <= requests.end && left >= 0 && places.size < mostPlaces; place++) {
        places.add(place);
        const request = requests.at(place);
        if (request !== undefined) left -= this.leastAnswerBytes(request);
      }
    }
    return [...places].sort((a, b) => a - b);
  }
}
