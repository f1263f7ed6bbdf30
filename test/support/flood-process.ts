import { createSocket } from 'node:dgram';

/** The process of `flood`. Arguments: port, milliseconds. */
const [port = 0, milliseconds = 0] = process.argv.slice(2).map(Number);
const burst = 200;

const socket = createSocket('udp4');
const end = Date.now() + milliseconds;
const datagram = Buffer.alloc(100, 0x2e);

function send(): void {
  if (Date.now() > end) {
    socket.close();
    return;
  }
  let pending = burst;
  for (let index = 0; index < burst; index++) {
    socket.send(datagram, port, '127.0.0.1', () => {
      if (--pending === 0) setImmediate(send);
    });
  }
}

send();
