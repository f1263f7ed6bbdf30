import type { Listener } from '../../protocols/events.ts';
import { escapedText } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { Story } from '../statistics/connection-story.ts';
import { Stories } from '../statistics/stories.ts';
import type { RunIdentity } from './run-identity.ts';
import { storyLines, storySentence, type TimelessStory } from './story-text.ts';
import type { View, ViewOutput } from './view.ts';

/** The story of each connection, when it ends. */
export class ConnectionsView implements View {
  readonly all: Listener;
  readonly shown: Listener;
  readonly #output: ViewOutput;
  readonly #stories: Stories;

  /** `isSelective`: only connections with commands that are selected are told. */
  constructor(isSelective: boolean, output: ViewOutput, presentation: Presentation) {
    this.#output = output;
    const { hidesLatency } = presentation.settings;
    const stories = new Stories(
      (connection, told, startUs) => {
        const story = hidesLatency ? withoutTimes(told) : told;
        const { records } = output;
        if (records === undefined) {
          output.lines(storyLines(connection, story, startUs, presentation));
          return;
        }
        const byCommand = Object.entries(story.byCommand).map(([command, count]) => [escapedText(command), count]);
        const fields = { ...story, byCommand: Object.fromEntries(byCommand) };
        records.record('connection', startUs, fields, storySentence(story), connection);
      },
      isSelective,
      true,
    );
    this.#stories = stories;
    this.all = stories;
    this.shown = stories.commands;
  }

  found({ connection, finding }: Finding): void {
    if (connection !== undefined) this.#stories.found(connection, finding);
  }

  awaitFindings(isUndecided: (connection: number) => boolean): void {
    this.#stories.awaitFindings(isUndecided);
  }

  identify(identity: RunIdentity): void {
    this.#output.records?.identify(identity);
  }

  finish(): void {
    this.#stories.finish();
  }
}

/** What is not measured of a connection. */
function withoutTimes({
  seconds: _seconds,
  handshakeUs: _handshakeUs,
  thinkUs: _thinkUs,
  ...story
}: Story): TimelessStory {
  return story;
}
