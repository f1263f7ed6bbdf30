/** IP protocol and IPv6 next-header numbers that are decoded. Source: IANA "Protocol Numbers". */
export const IpProtocol = {
  hopByHop: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  authentication: 51,
  icmp6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  mobility: 135,
} as const;
