import type { Catalogue } from '../en.ts';
import { grouped } from '../numbers.ts';
import { type Block, once, type Party } from '../texts.ts';

/** TCP 与 UDP 的说明。 */

const names: Readonly<Record<Party, string>> = { client: '客户端', server: '服务器' };

function bytes(first: number, last: number): string {
  return first === last ? `第 ${grouped(first)} 字节` : `第 ${grouped(first)} 至 ${grouped(last)} 字节`;
}

function listed(blocks: readonly Block[]): string {
  return blocks.map(({ first, last }) => bytes(first, last)).join('和');
}

function received(to: Party, up: number): string {
  return up <= 0 ? `还没有收到${names[to]}的任何字节` : `已收到${names[to]}到第 ${grouped(up)} 字节为止的数据`;
}

export const tcpTexts: Catalogue['tcp'] = {
  joint: '；',
  comma: '、',
  and: '、',
  colon: '：',
  aside: (text) => `（${text}）`,
  stop: '。',
  indent: '    ',
  party: names,
  line: once(
    ({ isTimed, port }) =>
      `每行开头是${isTimed ? '抓到数据包的时间，精确到微秒，然后是' : ''}“发送方 > 接收方”，写作“地址.端口”；端口 ${port} 是服务器的。`,
  ),
  steps: {
    handshake1: {
      name: '握手 1/3',
      first: ({ from, to }) => `${names[from]}请求与${names[to]}建立连接；建立一个连接需要三个数据包（三次握手）`,
      again: ({ from }) => `${names[from]}建立另一个连接`,
    },
    handshake2: {
      name: '握手 2/3',
      first: ({ from, to }) => `${names[from]}同意，同时打开从自己到${names[to]}的方向`,
      again: ({ from }) => `${names[from]}同意`,
    },
    handshake3: {
      name: '握手 3/3',
      first: ({ from, to }) => `${names[from]}确认收到${names[to]}的回应，连接建立`,
      again: () => '连接建立',
    },
    close1: {
      name: '关闭 1/4',
      first: ({ from }) =>
        `${names[from]}不再发送数据；任何一方都可以先关闭：双方各自结束自己的方向，并由对方确认，一共四步（四次挥手）`,
      again: ({ from }) => `${names[from]}不再发送数据`,
    },
    close2: {
      name: '关闭 2/4',
      first: ({ from, to }) => `${names[from]}确认${names[to]}的 FIN`,
      again: ({ from, to }) => `${names[from]}确认${names[to]}的 FIN`,
    },
    close3: {
      name: '关闭 3/4',
      first: ({ from }) => `${names[from]}也不再发送数据`,
      again: ({ from }) => `${names[from]}也关闭`,
    },
    closeBoth: {
      name: '关闭 3/4',
      first: ({ from, to }) =>
        `${names[from]}还没有见到${names[to]}的 FIN 就关闭自己的方向：双方同时关闭，第 2 步在这之后才到`,
      again: () => '双方同时关闭',
    },
    close4: {
      name: '关闭 4/4',
      first: ({ from, to }) => `${names[from]}确认${names[to]}的 FIN；两个方向都不会再有数据`,
      again: () => '两个方向都已关闭',
    },
    reset: {
      name: '复位',
      first: ({ from }) => `${names[from]}强行结束连接，不走关闭的四步；还在途中的数据可能丢失`,
      again: ({ from }) => `${names[from]}强行结束连接`,
    },
    refusal: {
      name: '复位',
      first: ({ from }) => `${names[from]}拒绝连接；通常是这个端口上没有程序在监听`,
      again: ({ from }) => `${names[from]}拒绝连接`,
    },
    request: { name: '请求', first: ({ from, to }) => `${names[from]}向${names[to]}提出请求`, again: () => '' },
    answer: { name: '应答', first: ({ from, to }) => `${names[from]}答复${names[to]}`, again: () => '' },
    acknowledgment: {
      name: '纯确认',
      first: ({ from }) => `不带数据，只说明${names[from]}收到了什么`,
      again: () => '',
    },
    duplicateAcknowledgment: {
      name: '纯确认',
      first: ({ from, to }) =>
        `${names[to]}又发了数据，${names[from]}却重复上一次的确认：途中可能有数据包丢失，或后发先至`,
      again: () => '虽有新数据发出，仍是重复的确认',
    },
    windowUpdate: {
      name: '纯确认',
      first: ({ from }) => `没有新数据到达；它说明${names[from]}现在还有多少空间`,
      again: () => '新的窗口',
    },
    keepAlive: {
      name: '保活探测',
      first: ({ from, to }) =>
        `静默一段时间之后，${names[from]}询问${names[to]}是否还在；它的序号属于最后一个早已送达的字节，所以${names[to]}必须再确认一次`,
      again: ({ from, to }) => `${names[from]}再次询问${names[to]}是否还在`,
    },
    keepAliveAnswer: {
      name: '纯确认',
      first: ({ from }) => `回答保活探测：${names[from]}还在`,
      again: ({ from }) => `${names[from]}还在`,
    },
    zeroWindowProbe: {
      name: '零窗口探测',
      first: ({ from, to }) => `${names[to]}曾说没有空间；${names[from]}询问现在是否有了`,
      again: ({ from }) => `${names[from]}再次询问是否有了空间`,
    },
    zeroWindowProbeAnswer: { name: '纯确认', first: () => '回答零窗口探测', again: () => '回答零窗口探测' },
    retransmission: {
      name: '重传',
      first: ({ from }) => `${names[from]}再次发送已经发过的内容，通常是因为没有收到对它的确认`,
      again: () => '以前发过',
    },
    outOfOrder: {
      name: '乱序',
      first: () => '这些字节排在一些已经抓到的字节之前；接收方会把它们排好',
      again: () => '补上缺失',
    },
    copy: {
      name: '副本',
      first: () => '前面的数据包被抓到了两次；它只发送过一次',
      again: () => '抓到两次',
    },
  },
  flags: {
    SYN: '[S] 是标志 SYN（synchronize，同步）：打开一个方向，并说明它的字节从哪个序号数起。',
    ACK: '[.] 是标志 ACK（acknowledge，确认）：数据包说明发送方收到了什么。除了连接的第一个包和某些复位，所有的包都带它。',
    PSH: '[P] 是标志 PSH（push，推送）：把数据立刻交给程序，不等后面的数据。',
    FIN: '[F] 是标志 FIN（finish，结束）：发送方没有数据要发了，但仍然可以接收。',
    RST: '[R] 是标志 RST（reset，复位）：连接立即结束。',
    URG: '[U] 是标志 URG（urgent，紧急）：到紧急指针为止的数据应当先处理。',
    ECE: '[E] 是标志 ECE（ECN-Echo）：在 SYN 上，发送方表示愿意用打标记的包来得知拥塞；以后它表示收到了打标记的包。',
    CWR: '[W] 是标志 CWR（congestion window reduced，拥塞窗口已缩小）：发送方已经放慢；在 SYN 上它与 ECE 一起表示同一个意愿。',
  },
  initialNumber: {
    first: ({ from, seq, isShownAbsolute }) =>
      `seq ${seq}：${from}的初始序号，每个连接都重新选择；SYN 用这个序号，第一个字节用下一个。${isShownAbsolute ? '因为有 -S，后面各行仍写这种序号；这里的字节从 1 数起。' : '为了好读，后面各行从它数起：第一个字节是 1。'}`,
    again: ({ seq }) => `初始序号 ${seq}`,
  },
  range: {
    first: ({ from, first, last, count, shown }) =>
      `${shown === undefined ? '' : `seq ${shown}：`}${names[from]}在这个连接中发送的${bytes(first, last)}，共 ${grouped(count)} 字节${shown === undefined ? '' : '；冒号后面是下一个字节的序号'}。`,
    again: ({ from, first, last, count }) =>
      first === last
        ? `${names[from]}的${bytes(first, last)}`
        : `${names[from]}的${bytes(first, last)}，共 ${grouped(count)} 字节`,
  },
  resetText: {
    first: ({ count }) => `它的 ${grouped(count)} 字节不是连接的数据：复位可以用文字说明原因。`,
    again: ({ count }) => `${grouped(count)} 字节，可能说明原因`,
  },
  hole: {
    first: ({ from, first, last }) => `这之前，${from}的${bytes(first, last)}还没有见到：尚在途中，或已丢失。`,
    again: ({ first, last }) => `${bytes(first, last)}还没有见到`,
  },
  fin: {
    first: ({ from, number, shown }) =>
      `${shown === undefined ? '' : `seq ${shown}：`}FIN 像一个字节那样，在${from}的字节中占用序号 ${grouped(number)}，这样才能被确认。`,
    again: ({ number }) => `FIN 占用序号 ${grouped(number)}`,
  },
  acknowledgment: {
    first: ({ from, to, up, fin, shown }) =>
      `${shown === undefined ? '' : `ack ${shown}：`}${names[from]}${received(to, up)}${fin ? '和它的 FIN' : ''}${shown === undefined ? '' : '；这个数是它等待的下一个字节的序号'}。`,
    again: ({ from, to, up, fin }) => `${names[from]}${received(to, up)}${fin ? '和它的 FIN' : ''}`,
  },
  acknowledgmentAhead: ({ from, to, up }) => `${from}确认到${to}的第 ${grouped(up)} 号为止：字节或 FIN，比至今抓到的多`,
  synAcknowledgment: once(({ to, shown }) => `ack ${shown}：${to}的初始序号加一：它的 SYN 占用一个序号，已经收到。`),
  window: {
    first: ({ from, win, shift, bytes: room }) =>
      shift === undefined
        ? `win ${win}：窗口。${names[from]}还有 ${grouped(room)} 字节的空间；发给它而未经确认的数据不能超过这个数。`
        : `win ${win}：从现在起以 2^${shift} 字节为单位，如${names[from]}的 wscale 所说：${win} × 2^${shift} = ${grouped(room)} 字节的空间。`,
    again: ({ win, shift, bytes: room }) =>
      shift === undefined ? `窗口 ${grouped(room)} 字节` : `窗口 ${win} × 2^${shift} = ${grouped(room)} 字节`,
  },
  zeroWindow: {
    first: ({ from, to }) => `win 0：${from}完全没有空间了；${to}必须等待。`,
    again: ({ from }) => `窗口 0：${from}没有空间`,
  },
  windowOfUnknownScale: {
    first: ({ win }) => `win ${win}：窗口，单位在握手时约定，而握手没有抓到：可能是字节，也可能是 2 的某次幂个字节。`,
    again: ({ win }) => `窗口 ${win}，单位未知`,
  },
  unscaledWindow: {
    first: ({ from, win }) =>
      `win ${win}：${from}还有 ${grouped(win)} 字节的空间；双方没有都发送 wscale，所以不用再乘。`,
    again: ({ win }) => `窗口 ${grouped(win)} 字节`,
  },
  options: {
    maximumSegmentSize: {
      first: ({ from, size }) =>
        `mss ${size}：最大报文段长度（maximum segment size）。${from}在一个包中最多接收 ${grouped(size)} 字节的 TCP 选项和数据。`,
      again: ({ size }) => `mss ${size}`,
    },
    sackPermitted: once(
      ({ from }) =>
        `sackOK：选择确认。${from}懂得这样的确认：它还指出缺失字节之后已经到达的数据，于是只需重传缺失的部分。`,
    ),
    timestamps: once(
      ({ value, echo, isEchoValid }) =>
        `TS val ${value} ecr ${echo}：时间戳。val 是发送方自己的时钟，单位由它自定；ecr 回送对方发来的一个 val，借此可以测量往返时间${isEchoValid ? '' : '（没有 ACK 时 ecr 还没有意义）'}。`,
    ),
    windowScale: {
      first: ({ from, shift, used }) =>
        `wscale ${shift}：如果对方也发送 wscale，${from}以后各包中的窗口都要乘以 2^${used} = ${grouped(2 ** used)}${used === shift ? '' : '（这是上限）'}。`,
      again: ({ shift }) => `wscale ${shift}`,
    },
    noOperation: once(() => 'nop：一个填充字节，使后面的选项对齐。'),
    endOfList: once(() => 'eol：选项列表结束。'),
    sack: {
      first: ({ from, to, blocks }) =>
        `sack：在缺失的字节之后，${from}还收到了${to}的${listed(blocks)}；只有缺失的才需要重传。`,
      again: ({ blocks }) => `sack：缺失字节之后，${listed(blocks)}已到达`,
    },
    duplicateSack: {
      first: ({ from, blocks }) => `sack：${from}两次收到${listed(blocks)}（重复 SACK，RFC 2883）。`,
      again: ({ blocks }) => `sack：两次收到${listed(blocks)}`,
    },
    fastOpen: {
      asked: once(
        () => 'tfo cookiereq：TCP 快速打开（fast open）。客户端申请一个 cookie，下次建立连接时就能随 SYN 发送数据。',
      ),
      given: once(
        () => 'tfo cookie：TCP 快速打开（fast open）。客户端凭着这个 cookie，下次建立连接时就能随 SYN 发送数据。',
      ),
      used: once(
        () => 'tfo cookie：TCP 快速打开（fast open）。凭着以前从服务器得到的这个 cookie，数据可以随 SYN 一起发送。',
      ),
    },
    md5Signature: once(() => 'md5：用双方都知道的口令为数据包签名。'),
    authentication: once(() => 'tcp-ao：用双方都知道的密钥认证数据包。'),
    userTimeout: once(() => 'uto：发送方等待确认多久之后放弃连接。'),
    multipath: once(() => 'mptcp：多路径 TCP，一个连接走几条路。'),
    other: once(({ kind }) => `选项 ${kind}：这里不作说明。`),
  },
  length: once(({ length }) =>
    length === 0
      ? 'length 0：头部之后，给程序的数据的字节数；这里没有。'
      : `length ${length}：头部之后，给程序的数据的字节数。`,
  ),
  otherCount: once(() => '行中的数不同，因为它从第一个带 ACK 的包数起；这里第 1 字节是 SYN 之后的第一个字节。'),
  startedBefore: {
    first: () => '这个连接在抓包之前就建立了：字节像行中那样，从抓到的第一个包数起。',
    again: () => '抓包之前建立的连接',
  },
  nothingComplete: once(() => '到这些字节为止，还没有新的 memcached 命令或应答完整。'),
  cut: once(() => '抓包时这个包被截短：缺少的部分不作说明。'),
  fragment: once(() => '一个过大的 IP 包的一片：等到各片齐全，在最后到达的一片处说明。'),
  otherPort: once(() => '不是 memcached 的端口，不作说明：用 --port 指定别的端口，--port auto 则查看所有端口。'),
  udp: {
    first: ({ id, number, total }) =>
      `UDP 没有连接，不确认，也不重传。每个数据报的开头是 memcached 自己的 8 字节：请求编号 ${id}，由客户端选定，应答重复它；数据报 ${number}/${total}；最后两个字节是 0。`,
    again: ({ id, number, total }) => `请求编号 ${id}，数据报 ${number}/${total}`,
  },
  udpEmpty: ({ id }) => `请求编号 ${id}，只有头部`,
  missing: {
    first: ({ from, count }) =>
      `[${count} bytes missing]：从序号看出，${from}发送了 ${grouped(count)} 字节，没有被抓到。`,
    again: ({ from, count }) => `${from}的 ${grouped(count)} 字节没有被抓到`,
  },
  notUnderstood: once(({ protocol }) =>
    protocol === undefined
      ? '这些字节不是能看懂的 memcached 内容：可能是某个内容的中间、另一种协议，或者已损坏。'
      : `这个连接使用 ${protocol}，这里读不出来。`,
  ),
};
