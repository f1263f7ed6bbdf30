/** Who captures, in the order in which `auto` takes the first that is there. */
export const engines = ['libpcap', 'cap', 'tcpdump'] as const;
export type Engine = (typeof engines)[number];
