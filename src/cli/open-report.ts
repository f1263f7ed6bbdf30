import { closeSync, constants, renameSync, writeSync } from 'node:fs';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { type OpenFile, privateMode } from '../open-file.ts';
import { ReportView } from '../report/report-view.ts';
import { systemErrorText } from '../system-error.ts';
import type { Settings } from './settings.ts';

/** The page about what `source` brings, in the file at `path`, which `open` opens. Throws a `CaptureError`. */
export function openReport(settings: Settings, path: string, source: CaptureSource, open: OpenFile): ReportView {
  const write = (page: string): void => replace(path, page, open);
  const view = new ReportView({ source: source.name, everyUs: settings.summary.everyUs, write });
  // That it can't be written is said before anything is read for it.
  view.finish();
  return view;
}

/** Writes beside the file, and puts it in its place: whoever reads it sees a whole page. */
function replace(path: string, page: string, open: OpenFile): void {
  const part = `${path}.part`;
  try {
    const descriptor = open(part, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, privateMode);
    try {
      const bytes = Buffer.from(page);
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, path);
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: path });
  }
}
