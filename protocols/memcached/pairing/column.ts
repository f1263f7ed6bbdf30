/**
 * What the explanations cost that are left after some answers, by their place: how many requests, from the first of
 * the connection, have had their answer or their silence.
 */
export class Column {
  /** Place of the first cost. */
  first: number;
  readonly #costs: number[] = [];
  /** What the cheapest one costs. */
  least = Number.POSITIVE_INFINITY;
  /** Where some answers were of requests in a hole: the least that those requests take, in bytes, by place. */
  #used: Map<number, number> | undefined = undefined;

  constructor(first: number) {
    this.first = first;
  }

  /** Behind the last cost. */
  get end(): number {
    return this.first + this.#costs.length;
  }

  /** The cost of the cheapest explanation at a place; `Infinity` where there is none. */
  at(place: number): number {
    return this.#costs[place - this.first] ?? Number.POSITIVE_INFINITY;
  }

  usedAt(place: number): number {
    return this.#used?.get(place) ?? 0;
  }

  /** Keeps the cheaper one; places come in ascending order, or are there already. True where this one is kept. */
  keepLeast(place: number, cost: number, used = 0): boolean {
    if (cost === Number.POSITIVE_INFINITY) return false;
    if (this.#costs.length === 0) this.first = place;
    while (this.end <= place) this.#costs.push(Number.POSITIVE_INFINITY);
    const before = this.at(place);
    if (cost > before || (cost === before && used >= this.usedAt(place))) return false;
    this.#costs[place - this.first] = cost;
    if (cost < this.least) this.least = cost;
    if (used > 0) {
      this.#used ??= new Map();
      this.#used.set(place, used);
    } else this.#used?.delete(place);
    return true;
  }

  /** The places that are left, ascending. */
  get places(): number[] {
    const places: number[] = [];
    for (let place = this.first; place < this.end; place++) {
      if (this.at(place) !== Number.POSITIVE_INFINITY) places.push(place);
    }
    return places;
  }

  /** Drops those at places that are not kept. */
  keepOnly(isKept: (place: number, cost: number) => boolean): void {
    for (let place = this.first; place < this.end; place++) {
      if (!isKept(place, this.at(place))) this.#costs[place - this.first] = Number.POSITIVE_INFINITY;
    }
    this.#findLeast();
  }

  /** Adds to each cost. */
  charge(costOf: (place: number) => number): void {
    for (let place = this.first; place < this.end; place++) {
      this.#costs[place - this.first] = this.at(place) + costOf(place);
    }
    this.#findLeast();
  }

  #findLeast(): void {
    this.least = Number.POSITIVE_INFINITY;
    for (const cost of this.#costs) if (cost < this.least) this.least = cost;
  }
}
