import type { ExchangeFlow } from './exchange.ts';
import type { UdpFrame } from './frame.ts';

/** An answer's datagram whose request may have been captured after it. */
interface EarlyAnswer {
  readonly flow: ExchangeFlow;
  readonly frame: UdpFrame;
}

/** The answers of all flows that came before their request, in the order of the capture. */
export class EarlyAnswers {
  #answers: EarlyAnswer[] = [];

  keep(flow: ExchangeFlow, frame: UdpFrame): void {
    this.#answers.push({ flow, frame: frame.copy() });
  }

  /** Takes out those under a request's id. */
  take(flow: ExchangeFlow, requestId: number): UdpFrame[] {
    if (this.#answers.length === 0) return [];
    const isIts = (early: EarlyAnswer): boolean => early.flow === flow && early.frame.requestId === requestId;
    const taken = this.#answers.filter(isIts);
    this.#answers = this.#answers.filter((early) => !isIts(early));
    return taken.map(({ frame }) => frame);
  }

  /** Gives up those that came in packets up to `number`. Returns how many of them began a message. */
  drop(number: number): number {
    let begun = 0;
    for (let first = this.#answers[0]; first !== undefined; first = this.#answers[0]) {
      if (first.frame.arrival.packet > number) break;
      this.#answers.shift();
      if (first.frame.sequence === 0) begun++;
    }
    return begun;
  }
}
