import { answerTexts } from './en/answers.ts';
import { commandTexts } from './en/commands.ts';
import { metaTexts } from './en/meta.ts';
import { tcpTexts } from './en/tcp.ts';

/** English. */
export const en = { tcp: tcpTexts, command: commandTexts, meta: metaTexts, answer: answerTexts };

/** The texts of one language: all languages have the same entries. */
export type Catalogue = typeof en;
