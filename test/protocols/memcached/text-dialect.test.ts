import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Cost } from '../../../protocols/memcached/pairing/cost.ts';
import { Answer, AnswerShape } from '../../../protocols/memcached/text/answer.ts';
import { parseCommandLine } from '../../../protocols/memcached/text/command-line.ts';
import { TextDialect } from '../../../protocols/memcached/text/text-dialect.ts';

it('expects an error, and nothing else, to a block that is longer than its command says', () => {
  const line = Buffer.from('set k 0 0 3');
  const request = parseCommandLine(line, 0, line.length, 10);
  const dialect = new TextDialect();
  const stored = Object.assign(new Answer(), { shape: AnswerShape.word, text: 'STORED' });
  const refused = Object.assign(new Answer(), { shape: AnswerShape.error, text: 'CLIENT_ERROR bad data chunk' });
  assert.equal(dialect.misfit(request, stored), 0);
  request.isMiscounted = true;
  assert.equal(dialect.misfit(request, stored), Cost.odd);
  assert.equal(dialect.misfit(request, refused), 0);
});
