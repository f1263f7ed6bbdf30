import { closeSync, constants, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { type OpenFile, privateMode } from '../open-file.ts';
import type { Presentation } from '../presentation/presentation.ts';
import { ReportView } from '../report/report-view.ts';
import { errorCode, systemErrorText } from '../system-error.ts';
import type { Settings } from './settings.ts';

const creating = constants.O_WRONLY | constants.O_CREAT;

/** The page about what `source` brings, in the file at `path`, which `open` opens. Throws a `CaptureError`. */
export function openReport(
  settings: Settings,
  path: string,
  source: CaptureSource,
  open: OpenFile,
  presentation: Presentation,
): ReportView {
  const page = new ReportFile(path, open);
  return new ReportView({
    source: source.name,
    everyUs: settings.summary.everyUs,
    presentation,
    write: (text) => page.write(Buffer.from(text)),
  });
}

/** A file whose content is replaced as a whole. What fails is a `CaptureError`. */
class ReportFile {
  readonly #path: string;
  readonly #descriptor: number;

  /** Opens it at once: that it can't be written is said before anything is read for it. */
  constructor(path: string, open: OpenFile) {
    this.#path = path;
    this.#descriptor = this.#attempt(() => open(path, creating, privateMode));
  }

  write(bytes: Buffer): void {
    this.#attempt(() => {
      try {
        this.#replace(bytes);
      } catch (error) {
        // In a directory where whoever root became may make no file, the one that root has opened is written over.
        if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
        writeWhole(this.#descriptor, bytes);
        ftruncateSync(this.#descriptor, bytes.length);
      }
    });
  }

  /** Writes beside the file and puts that in its place: whoever reads it sees a whole page. */
  #replace(bytes: Buffer): void {
    const part = `${this.#path}.part`;
    // As whom root has become: it may be refused.
    const descriptor = openSync(part, creating | constants.O_TRUNC, privateMode);
    try {
      writeWhole(descriptor, bytes);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, this.#path);
  }

  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw new CaptureError(systemErrorText(error), { source: this.#path });
    }
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(descriptor, bytes, written, bytes.length - written, written);
}
