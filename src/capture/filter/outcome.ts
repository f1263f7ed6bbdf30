/**
 * Outcome of a test on one packet. As in BPF, a look beyond the captured bytes rejects the packet as a whole, even
 * under `not`: that is `beyond`. Tests run in the order in which libpcap generates them; its optimiser may reorder
 * them, which shows only with packets that were cut in the middle of a header.
 */
export const no = 0;
export const yes = 1;
export const beyond = -1;

/** Tests the packet `bytes[start, end)`. */
export type Test = (bytes: Buffer, start: number, end: number) => number;
