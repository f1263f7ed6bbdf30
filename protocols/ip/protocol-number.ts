/** IP protocol and IPv6 next-header numbers that the program looks for. Source: IANA "Protocol Numbers". */
export const IpProtocol = {
  hopByHop: 0,
  icmp: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  icmp6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  sctp: 132,
  mpls: 137,
  ethernet: 143,
} as const;
