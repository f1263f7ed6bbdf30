/** IP protocol and IPv6 next-header numbers that the program looks for. Source: IANA "Protocol Numbers". */
export const IpProtocol = {
  hopByHop: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  icmp6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  sctp: 132,
} as const;
