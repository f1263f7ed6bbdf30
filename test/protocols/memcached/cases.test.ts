import { readCases } from '../../support/case-documents.ts';
import { testCases } from '../../support/parser-cases.ts';

testCases('text', readCases('test/protocols/memcached/cases'), {
  gaps: [1, 7],
  isInOrder: true,
  isSame: (told, original) =>
    told.line === original.line &&
    (told.status === 'unknown' || (told.status === original.status && told.hits === original.hits)),
});
