import type { Catalogue } from '../en.ts';
import { grouped } from '../numbers.ts';
import { once } from '../texts.ts';

/** 应答的说明。 */
export const answerTexts: Catalogue['answer'] = {
  more: ({ count }) => `另有 ${grouped(count)} 个`,
  words: {
    STORED: '值已存储。',
    NOT_STORED: '没有存储，因为条件不满足：add 要求还没有这个键，replace、append 和 prepend 要求已经有。',
    EXISTS: '没有存储：此后有人改过条目，它的 cas unique 已经不同。',
    NOT_FOUND: '服务器没有这个键的条目。',
    DELETED: '条目已删除。',
    TOUCHED: '条目有了新的过期时间。',
    OK: '已完成。',
    RESET: '统计从头开始。',
    BUSY: '已经在进行，稍后或许可以。',
    NOSPARE: '这一类没有多余的内存页。',
    BADCLASS: '没有这个 slab 类。',
    NOTFULL: '要得到内存页的那一类还没有满。',
    UNSAFE: '这一类现在不能让出内存页。',
    SAME: '两个类相同。',
    ERROR: '服务器不认识这个命令，或者不是这种写法。',
    CLIENT_ERROR: '请求不符合协议；后面的文字说明原因。',
    SERVER_ERROR: '服务器无法完成；后面的文字说明原因。',
  },
  errorWithWords: '服务器拒绝；后面的文字说明原因。',
  statuses: {
    0: '成功',
    1: '没有这个键的条目',
    2: '已经有这个键，或者它的 cas unique 不同',
    3: '值太大',
    4: '请求不是操作码所要求的形式',
    5: '没有存储，因为条件不满足',
    6: '值不是数字',
    7: '这个键属于另一台服务器',
    32: '没有认证',
    33: '认证继续',
    129: '服务器不认识这个操作码',
    130: '内存不足',
    131: '不支持',
    132: '内部错误',
    133: '服务器忙',
    134: '暂时失败',
  },
  causes: {
    request: '大部分时间花在客户端，从请求的第一个字节到最后一个字节',
    queue: '大部分时间在等待同一连接上前面请求的应答',
    server: '大部分时间花在服务器',
    transfer: '大部分时间花在应答的第一个字节到最后一个字节之间',
    retransmission: '在耗时最长的一段里，有数据包必须重传',
    zero_window: '在耗时最长的一段里，接收方没有空间',
    delayed_ack: '在耗时最长的一段里，发送方等待对方推迟的确认',
  },
  item: {
    first: ({ key, flags, bytes, cas }) =>
      `VALUE ${key} ${flags ?? '…'} ${bytes}${cas === undefined ? '' : ` ${cas}`}：命中。依次是键${flags === undefined ? '' : `，存储时的 flags ${flags}`}，值的长度 ${grouped(bytes)} 字节，值在下一行${cas === undefined ? '' : `，cas unique ${cas}`}。END：应答结束。`,
    again: ({ flags, bytes, cas }) =>
      `命中${flags === undefined ? '' : `，flags ${flags}`}，值 ${grouped(bytes)} 字节${cas === undefined ? '' : `，cas unique ${cas}`}`,
  },
  miss: {
    first: () =>
      '只有 END 而没有 VALUE：未命中。服务器没有这个键的条目：从未存储、已过期、已删除，或因内存不足被丢弃。',
    again: () => '未命中',
  },
  several: {
    first: ({ found, missed }) =>
      `找到的条目各有一个 VALUE${found === '' ? '' : `（${found}）`}${missed === '' ? '' : `，${missed} 没有`}，最后是 END。`,
    again: ({ found, missed }) => `找到：${found || '无'}${missed === '' ? '' : `；没有：${missed}`}`,
  },
  sized: ({ key, bytes }) => `${key} ${grouped(bytes)} 字节`,
  number: {
    first: ({ number }) => `${number}：条目现在的数。`,
    again: ({ number }) => `现在是 ${grouped(number)}`,
  },
  version: once(() => '服务器的版本。'),
  lines: once(() => '每一项一行；最后一行 END（mgdump 之后是 EN）结束列表。'),
  binaryLines: once(() => '每一项一条消息；没有键的一条结束列表。'),
  binaryHit: {
    first: ({ flags, bytes, cas }) =>
      `命中：附加字段里是存储时的 flags ${flags}，然后是值 ${grouped(bytes)} 字节${cas === undefined ? '' : `；头部里有 cas unique ${cas}`}。`,
    again: ({ flags, bytes, cas }) =>
      `命中，flags ${flags}，值 ${grouped(bytes)} 字节${cas === undefined ? '' : `，cas unique ${cas}`}`,
  },
  status: {
    first: ({ code, text }) => `状态 ${code}：${text}。`,
    again: ({ code }) => `状态 ${code}`,
  },
  cas: {
    first: ({ cas }) => `cas unique ${cas}：条目现在的数，每次改变都会换。`,
    again: ({ cas }) => `cas unique ${cas}`,
  },
  silentMiss: once(({ command }) => `${command}：没有应答，对静默的命令来说就是未命中；随后到来的应答证明了这一点。`),
  latency: once(({ us }) => `${us} us：从带有请求最后一个字节的包，到带有应答第一个字节的包，相隔的微秒数。`),
  waited: once(({ us }) => `${us} us in all：从带有请求第一个字节的包，到带有应答最后一个字节的包，一共的微秒数。`),
  cause: once(({ cause, text }) => `${cause}：${text}。`),
  unanswered: once(({ command }) => `${command}：本该有应答，却没有到来。`),
  unknown: once(({ command }) => `${command}：它的应答没有抓到，或者无法与别的应答区分。`),
  misfit: once(({ command }) => `在 ${command} 的应答的位置上到来的，不是对它的应答。`),
  unasked: once(() => '没有任何请求在等待的应答：[unasked …] 写出它的第一行。'),
};
