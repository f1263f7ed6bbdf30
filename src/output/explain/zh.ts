import type { Catalogue } from './en.ts';
import { answerTexts } from './zh/answers.ts';
import { commandTexts } from './zh/commands.ts';
import { metaTexts } from './zh/meta.ts';
import { tcpTexts } from './zh/tcp.ts';

/** Chinese. */
export const zh: Catalogue = { tcp: tcpTexts, command: commandTexts, meta: metaTexts, answer: answerTexts };
