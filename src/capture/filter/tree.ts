/** Which side of a packet a primitive looks at. */
export type Direction = 'source' | 'destination' | 'either' | 'both';

/** An expression that was understood. Addresses are big-endian 32-bit words, ports are numbers. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'protocol'; readonly protocol: 'ip' | 'ip6' | 'tcp' | 'udp' }
  | {
      readonly kind: 'address4';
      readonly direction: Direction;
      readonly address: number;
      readonly mask: number;
      /** False where the expression says `ip`: otherwise ARP and RARP are looked at, too. */
      readonly arp: boolean;
    }
  | {
      readonly kind: 'address6';
      readonly direction: Direction;
      readonly address: readonly number[];
      readonly mask: readonly number[];
    }
  | {
      readonly kind: 'ports';
      readonly direction: Direction;
      /** Both ends belong to the range. */
      readonly low: number;
      readonly high: number;
      /** IP protocol numbers that may carry the port. */
      readonly protocols: readonly number[];
    };
