import type { Catalogue } from '../en.ts';
import { grouped } from '../numbers.ts';
import { once } from '../texts.ts';
import { duration } from './duration.ts';

/** meta 命令的标志。 */

const hints = { P: '给代理的提示，服务器忽略它', L: '给代理的提示，服务器忽略它' };

const common = {
  b: '键以 base64 书写',
  O: 'opaque：应答重复它',
  q: '静默：结果符合预期时不应答',
  k: '返回键',
  c: '返回条目的 cas unique',
  C: '只有条目是这个 cas unique 才执行',
  E: '新的 cas unique，代替服务器自己数的',
  ...hints,
};

export const metaTexts: Catalogue['meta'] = {
  requestFlags: {
    mg: {
      ...common,
      q: '静默：未命中时不应答',
      C: '只有条目的 cas unique 不同于此，才发送值',
      f: '返回客户端的 flags',
      h: '返回以前是否取过（0 或 1）',
      l: '返回距上次使用的秒数',
      s: '返回值的长度',
      t: '返回剩余的秒数',
      u: '这次取用不算作使用',
      v: '返回值',
      N: '如果没有，就新建一个以此为寿命的空条目，并让这个客户端填写',
      R: '如果剩余的秒数更少，让这个客户端更新',
      T: '新的寿命',
    },
    ms: {
      ...common,
      q: '静默：成功时不应答',
      C: '只有条目是这个 cas unique 才存储',
      F: '客户端的 flags，与值一起保存的数',
      S: '值的长度，旧服务器的写法',
      I: '失效：如果 cas unique 比条目的旧，仍然存储，并标记为陈旧',
      s: '返回存储的长度',
      T: '寿命',
      M: '方式：E 为 add，A 为 append，P 为 prepend，R 为 replace，S 为 set',
      N: '在 append 与 prepend 方式下：如果没有条目，就以此为寿命新建',
    },
    md: {
      ...common,
      q: '静默：成功时不应答',
      C: '只有条目是这个 cas unique 才删除',
      I: '失效：不删除，而是标记为陈旧',
      T: '与 I 一起：新的寿命',
      x: '去掉值，保留条目',
    },
    ma: {
      ...common,
      q: '静默：成功时不应答',
      C: '只有条目是这个 cas unique 才执行',
      N: '如果没有条目，就以此为寿命新建',
      J: '与 N 一起：初始值',
      D: '加减多少；不写是 1',
      T: '新的寿命',
      M: '方式：I 或 + 是加，D 或 - 是减',
      t: '返回剩余的秒数',
      v: '返回新的值',
    },
    me: { ...hints, b: common.b },
    mn: { ...hints },
  },
  answerFlags: {
    b: '键是 base64',
    O: '请求的 opaque',
    k: '键',
    c: 'cas unique',
    f: '客户端的 flags',
    h: '以前是否取过：1 是，0 否',
    l: '距上次使用的秒数',
    s: '值的长度',
    t: '剩余的秒数',
    W: '赢得：由这个客户端更新条目',
    X: '陈旧：条目已被标记为过时',
    Z: '另一个客户端已经赢得，由它更新条目',
  },
  unknownFlag: '不是这个命令的标志',
  timeToLive: (seconds) => (seconds < 0 ? '永久' : duration(seconds)),
  codes: {
    HD: once(() => 'HD（header）：已完成，应答不带值。'),
    VA: once(() => 'VA（value）：已完成；后面的数是下一行中值的长度。'),
    EN: once(() => 'EN（end）：未命中，服务器没有这个条目。'),
    NF: once(() => 'NF（not found）：服务器没有这个条目。'),
    NS: once(() => 'NS（not stored）：条件不满足，没有存储；这不是错误。'),
    EX: once(() => 'EX（exists）：条目的 cas unique 不同，有人改过它。'),
    MN: once(() => 'MN：mn 之前的都已完成。'),
    ME: once(
      () =>
        'ME：服务器所知的条目：exp 剩余的秒数（-1 永久）；la 距上次使用的秒数；cas；fetch 以前是否取过；cls 所属的 slab 类；size 连同附属内容的字节数。',
    ),
  },
  valueBytes: ({ bytes }) => `值 ${grouped(bytes)} 字节`,
};
