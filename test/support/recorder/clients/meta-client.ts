import type { Scale, Target } from '../recording.ts';
import { type Step, sayAll } from './scripted.ts';

/** `Zm9vIGJhcg==` is `foo bar` in base64. */
const base64Key = 'Zm9vIGJhcg==';

function step(send: string, answer: string, ...told: readonly string[]): Step {
  return { send, answer, told };
}

/** Every meta command of memcached 1.6.18 with all its flags, alone and mixed with classic commands. */
export function metaSteps({ largeBytes }: Scale): Step[] {
  const long = 'v'.repeat(largeBytes);
  return [
    step('mn\r\n', 'MN\r\n', 'ok mn'),
    step('mg none v\r\n', 'EN\r\n', 'miss mg none'),
    step('ms foo 3\r\nbar\r\n', 'HD\r\n', 'stored ms foo'),
    step('mg foo v\r\n', 'VA 3\r\nbar\r\n', 'hit mg foo'),
    step('mg foo\r\n', 'HD\r\n', 'hit mg foo'),
    step('ms foo 3 T100 F7 c k Oabc\r\nbaz\r\n', 'HD c# kfoo Oabc\r\n', 'stored ms foo'),
    step('mg foo s v t f c l h k Oxyz\r\n', 'VA 3 s3 t# f7 c# l# h0 kfoo Oxyz\r\nbaz\r\n', 'hit mg foo'),
    step('mg foo t f c l h k q Oxyz\r\n', 'HD t# f7 c# l# h1 kfoo Oxyz\r\n', 'hit mg foo'),
    step('mg foo u v\r\n', 'VA 3\r\nbaz\r\n', 'hit mg foo'),
    step('mg foo T200 t\r\n', 'HD t200\r\n', 'hit mg foo'),
    step('mg foo E5 v\r\n', 'CLIENT_ERROR invalid flag\r\n', 'client_error mg foo'),
    step('mg lock N30 v c\r\n', 'VA 0 c# W\r\n\r\n', 'hit mg lock'),
    step('mg lock N30 v\r\n', 'VA 0 Z\r\n\r\n', 'hit mg lock'),
    step('mg foo R300 t\r\n', 'HD t# W\r\n', 'hit mg foo'),
    step('mg foo R300 t\r\n', 'HD t# Z\r\n', 'hit mg foo'),
    step('md foo I T30\r\n', 'HD\r\n', 'deleted md foo'),
    step('mg foo v\r\n', 'VA 3 X W\r\nbaz\r\n', 'hit mg foo'),
    step('mg foo v\r\n', 'VA 3 Z X\r\nbaz\r\n', 'hit mg foo'),
    step('ms foo 3 C1 I\r\nold\r\n', 'HD\r\n', 'stored ms foo'),
    step('ms foo 3 C999\r\nnew\r\n', 'EX\r\n', 'exists ms foo'),
    step('ms none 1 C1\r\nx\r\n', 'NF\r\n', 'not_found ms none'),
    step('ms foo 1 ME\r\nx\r\n', 'NS\r\n', 'not_stored ms foo'),
    step('ms added 1 ME\r\n1\r\n', 'HD\r\n', 'stored ms added'),
    step('ms added 1 MA\r\n2\r\n', 'HD\r\n', 'stored ms added'),
    step('ms added 1 MP\r\n0\r\n', 'HD\r\n', 'stored ms added'),
    step('ms added 3 MR\r\n345\r\n', 'HD\r\n', 'stored ms added'),
    step('ms none 1 MR\r\nx\r\n', 'NS\r\n', 'not_stored ms none'),
    step('ms added 3 MS\r\n678\r\n', 'HD\r\n', 'stored ms added'),
    step('ms added 3 MZ\r\n678\r\n', 'CLIENT_ERROR invalid mode for ms M token\r\n', 'client_error ms added'),
    step(`ms ${base64Key} 3 b k\r\nbin\r\n`, `HD k${base64Key} b\r\n`, 'stored ms foo bar'),
    step(`mg ${base64Key} b k v\r\n`, `VA 3 k${base64Key} b\r\nbin\r\n`, 'hit mg foo bar'),
    step(`md ${base64Key} b\r\n`, 'HD\r\n', 'deleted md foo bar'),
    step('ms empty 0\r\n\r\n', 'HD\r\n', 'stored ms empty'),
    step('mg empty v\r\n', 'VA 0\r\n\r\n', 'hit mg empty'),
    step(`ms large ${long.length}\r\n${long}\r\n`, 'HD\r\n', 'stored ms large'),
    step('mg large v\r\n', `VA ${long.length}\r\n${long}\r\n`, 'hit mg large'),
    step('ms lines 14\r\nEN\r\nMN\r\nHD\r\n\0\0\r\n', 'HD\r\n', 'stored ms lines'),
    step('mg lines v\r\n', 'VA 14\r\nEN\r\nMN\r\nHD\r\n\0\0\r\n', 'hit mg lines'),
    step('ma none\r\n', 'NF\r\n', 'not_found ma none'),
    step('ma count N0 J13 v\r\n', 'VA 2\r\n13\r\n', 'ok ma count'),
    step('ma count v\r\n', 'VA 2\r\n14\r\n', 'ok ma count'),
    step('ma count\r\n', 'HD\r\n', 'ok ma count'),
    step('ma count D5 MI v t c Oq k\r\n', 'VA 2 t# c# Oq kcount\r\n20\r\n', 'ok ma count'),
    step('ma count M- D20 v\r\n', 'VA 1\r\n0\r\n', 'ok ma count'),
    step('ma count M+ v\r\n', 'VA 1\r\n1\r\n', 'ok ma count'),
    step('ma count MD T100 v\r\n', 'VA 1\r\n0\r\n', 'ok ma count'),
    step('ma count MI\r\n', 'HD\r\n', 'ok ma count'),
    step('ma count Mincr v\r\n', 'CLIENT_ERROR invalid or duplicate flag\r\n', 'client_error ma count'),
    step('ma count M+ C1\r\n', 'EX\r\n', 'exists ma count'),
    step('ma lines\r\n', 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n', 'client_error ma lines'),
    step('me count\r\n', 'ME count exp=# la=# cas=# fetch=no cls=# size=#\r\n', 'hit me count'),
    step('me none\r\n', 'EN\r\n', 'miss me none'),
    step('md none\r\n', 'NF\r\n', 'not_found md none'),
    step('md count C1 O9 k\r\n', 'EX O9 kcount\r\n', 'exists md count'),
    // Quiet: what is silent is told by what comes after it.
    step('mg a v q\r\nmg b v q\r\nmn\r\n', 'MN\r\n', 'miss mg a', 'miss mg b', 'ok mn'),
    step('ms a 1 q\r\n1\r\nms b 1 q\r\n2\r\nmn\r\n', 'MN\r\n', 'no_reply ms a', 'no_reply ms b', 'ok mn'),
    step(
      'mg a v q k\r\nmg none v q k\r\nmg b v q k\r\nmn\r\n',
      'VA 1 ka\r\n1\r\nVA 1 kb\r\n2\r\nMN\r\n',
      'hit mg a',
      'miss mg none',
      'hit mg b',
      'ok mn',
    ),
    step(
      'mg a v q O1\r\nmg none v q O2\r\nmg b v q O3\r\nmg none v O4\r\n',
      'VA 1 O1\r\n1\r\nVA 1 O3\r\n2\r\nEN O4\r\n',
      'hit mg a',
      'miss mg none',
      'hit mg b',
      'miss mg none',
    ),
    step('md a q O1\r\nmd none q O2\r\nmn\r\n', 'NF O2\r\nMN\r\n', 'no_reply md a', 'not_found md none', 'ok mn'),
    step('ma none q\r\nmn\r\n', 'NF\r\nMN\r\n', 'not_found ma none', 'ok mn'),
    // What it creates is told even so.
    step('ma made N0 J5 q\r\n', 'HD\r\n', 'ok ma made'),
    step('ma made q\r\nmn\r\n', 'MN\r\n', 'no_reply ma made', 'ok mn'),
    step('ms b 1 ME q\r\nx\r\nmn\r\n', 'NS\r\nMN\r\n', 'not_stored ms b', 'ok mn'),
    // Mixed with the classic commands, in one packet.
    step(
      'set c 0 0 1\r\nc\r\nmg c v\r\nget c none\r\nmd c q\r\nget c\r\nincr none 1\r\n',
      'STORED\r\nVA 1\r\nc\r\nVALUE c 0 1\r\nc\r\nEND\r\nEND\r\nNOT_FOUND\r\n',
      'stored set c',
      'hit mg c',
      'partial get c none',
      'no_reply md c',
      'miss get c',
      'not_found incr none',
    ),
    step('mg\r\n', 'ERROR\r\n', 'error mg'),
    step(
      `mg ${'k'.repeat(251)} v\r\n`,
      'CLIENT_ERROR bad command line format\r\n',
      `client_error mg ${'k'.repeat(251)}`,
    ),
    step('ms foo x\r\n', 'CLIENT_ERROR bad command line format\r\n', 'client_error ms foo'),
    step('mx foo\r\n', 'ERROR\r\n', 'error mx'),
  ];
}

export async function metaClient(target: Target, scale: Scale): Promise<void> {
  await sayAll(target, metaSteps(scale));
}
