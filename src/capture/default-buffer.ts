/**
 * KiB of kernel buffer where `-B` does not say. libpcap and tcpdump have packets packed tightly in it: this is room for
 * 350,000 small ones, two seconds of a busy loopback interface. cap takes a slot of 64 KiB for each packet, however
 * small: libpcap's own 2 MiB hold 31 packets and lost half of 50,000 packets/s, 16 MiB a quarter, 64 MiB none.
 */
export const defaultBufferKibibytes = 64 * 1024;
