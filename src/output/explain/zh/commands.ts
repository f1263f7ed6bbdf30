import type { Catalogue } from '../en.ts';
import { grouped } from '../numbers.ts';
import { type Expiry, once } from '../texts.ts';
import { duration } from './duration.ts';

/** 命令的说明。 */

function when(expiry: Expiry): string {
  switch (expiry.kind) {
    case 'never':
      return '永不过期';
    case 'at_once':
      return '立即过期';
    case 'after':
      return `${duration(expiry.seconds)}后过期`;
    case 'on':
      return `${expiry.date} 过期`;
    case 'was_on':
      return `立即过期，因为 ${expiry.date} 已经过去`;
  }
}

function whenFlushed(expiry: Expiry): string {
  switch (expiry.kind) {
    case 'after':
      return `${duration(expiry.seconds)}之后执行`;
    case 'on':
      return `在 ${expiry.date} 执行`;
    default:
      return '立即执行';
  }
}

export const commandTexts: Catalogue['command'] = {
  descriptions: {
    get: '请求所列每个键的值。',
    gets: '请求所列每个键的值，以及它的 cas unique：条目每改变一次就换一个的数。',
    bget: 'get 的旧形式。',
    gat: 'get and touch：请求值，并设定新的过期时间。',
    gats: 'get and touch：同 gat，还请求 cas unique：条目每改变一次就换一个的数。',
    set: '存储一个值，不管这个键以前有没有值。',
    add: '只有服务器还没有这个键时才存储。',
    replace: '只有服务器已经有这个键时才存储。',
    append: '在这个键已有的值后面接上一些字节。',
    prepend: '在这个键已有的值前面接上一些字节。',
    cas: 'check and set：只有从客户端得到这个 cas unique 以来没有人改过条目，才存储。',
    delete: '删除条目。',
    incr: '给以十进制数字存储的数加上一个数。',
    decr: '从以十进制数字存储的数减去一个数；不会低于 0。',
    touch: '只设定新的过期时间，不请求值。',
    flush_all: '让服务器的所有条目过期。',
    verbosity: '设定服务器在自己的日志里写多少。',
    cache_memlimit: '设定条目最多占用多少内存，单位是兆字节。',
    slabs: '控制内存怎样在各个 slab 类之间移动，每一类存放大小相近的条目。',
    lru: '设定内存不足时服务器怎样挑选要丢弃的条目。',
    lru_crawler: '控制寻找过期条目的线程，或列出所有条目。',
    extstore: '设定条目怎样存放到磁盘。',
    refresh_certs: '重新读取 TLS 证书。',
    debugtime: '改变服务器的时钟，供测试用。',
    debugitem: '查看条目的内部，供测试服务器用。',
    watch: '把连接变成服务器活动的日志。',
    stats: '请求统计数据。',
    config: '向云端缓存询问它的节点；不属于 memcached 本身。',
    version: '询问服务器的版本。',
    shutdown: '要求服务器结束运行。',
    quit: '要求服务器关闭连接；它没有应答。',
    mg: 'meta get：查询一个条目；键后面的每个标志各要求一件事，或说明怎样做。',
    ms: 'meta set：存储一个值；键后面的数是值的长度。',
    md: 'meta delete：删除条目，或只去掉它的值，或把它标记为陈旧。',
    ma: 'meta arithmetic：给以十进制数字存储的数加上或减去一个数。',
    me: 'meta debug：询问服务器对条目所知的一切，但不包括值。',
    mn: 'meta no-op：什么也不做；它的应答表明前面的都已完成。',
    increment: '给以十进制数字存储的数加上一个数。',
    decrement: '从以十进制数字存储的数减去一个数；不会低于 0。',
    flush: '让服务器的所有条目过期。',
    noop: '什么也不做；它的应答表明前面的都已完成。',
    stat: '请求统计数据；每一项是一条消息，最后一条是空的。',
    sasl_list_mechs: '询问客户端可以怎样认证自己（SASL）。',
    sasl_auth: '用一种 SASL 机制开始认证；凭据不显示。',
    sasl_step: '继续认证；凭据不显示。',
  },
  unknown: once(() => 'memcached 不认识这个命令。'),
  empty: once(() => '空行，不是命令。'),
  key: once(({ key }) => `${key} 是键：条目的名字，最多 250 字节，不含空格和控制字符。`),
  severalKeys: once(({ count }) => `${grouped(count)} 个键：一个应答说明所有的键。`),
  flags: {
    first: ({ flags }) => `flags ${flags}：服务器与值一起保存并原样送还的数；它的含义由客户端约定。`,
    again: ({ flags }) => `flags ${flags}`,
  },
  ignoredFields: once(() => '这里的 flags 和 exptime 被忽略：条目保留原有的。'),
  exptime: {
    first: (expiry) =>
      `exptime ${expiry.raw}：条目${when(expiry)}。0 表示永不过期，2,592,000（30 天）以内表示从现在起的秒数，更大的数表示日期（1970 年以来的秒数），负数表示立即过期。内存不足时，服务器可能提前丢弃条目。`,
    again: (expiry) => `exptime ${expiry.raw}：${when(expiry)}`,
  },
  expiry: when,
  delay: {
    first: (expiry) => `${expiry.raw}：${whenFlushed(expiry)}。`,
    again: (expiry) => `${expiry.raw}：${whenFlushed(expiry)}`,
  },
  bytes: {
    first: ({ bytes }) => `bytes ${bytes}：值的长度；值在下一行，它后面的换行符不计算在内。`,
    again: ({ bytes }) => `值 ${grouped(bytes)} 字节`,
  },
  binaryBytes: {
    first: ({ bytes }) => `键后面是值，${grouped(bytes)} 字节；头部的长度说明有多少。`,
    again: ({ bytes }) => `值 ${grouped(bytes)} 字节`,
  },
  cas: {
    first: ({ cas }) => `cas unique ${cas}：只有条目仍然是这个数才执行。`,
    again: ({ cas }) => `cas unique ${cas}`,
  },
  delta: {
    first: ({ delta }) => `${delta}：加减多少。`,
    again: ({ delta }) => `加减 ${grouped(delta)}`,
  },
  noreply: once(() => 'noreply：要求服务器不应答。'),
  valueToCome: once(() => '服务器现在等待值。'),
  value: {
    first: ({ command, bytes }) =>
      `这是 ${command} 预告的值，${grouped(bytes)} 字节，后面是换行符 \\r\\n；命令至此完整。`,
    again: ({ command, bytes }) => `${command} 的值，${grouped(bytes)} 字节`,
  },
  binary: once(
    () =>
      '二进制协议：每条消息以 24 字节开头，其中有魔数（0x80 是请求，0x81 是应答）、操作码、键与附加字段（定长的数）与正文的长度、应答会重复的 opaque、cas unique。',
  ),
  opcode: once(({ name, code, description }) => `操作码 ${code} 是 ${name}：${description}`),
  foreign: '不属于 memcached 本身。',
  binaryQuit: '要求服务器关闭连接；在此之前先应答。',
  quiet: once(() => '名字里的 q 是 quiet（静默）：只有命中或出错时才应答。'),
  keyed: once(() => '名字里的 k：应答重复键。'),
  binaryCounter: {
    first: ({ exptime }) =>
      exptime === undefined
        ? 'exptime 0xffffffff：如果没有这个条目，也不新建。'
        : `exptime ${exptime.raw}：如果没有这个条目，就以请求中的初始值新建；它${when(exptime)}。`,
    again: ({ exptime }) => (exptime === undefined ? '不新建' : `没有就新建，${when(exptime)}`),
  },
  more: ({ count }) => `还有 ${grouped(count)} 项，说明与前面相同。`,
};
