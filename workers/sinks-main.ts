import { pino } from 'pino';
import type { Config } from '../wiring/config/load.ts';
import { runProcess } from '../wiring/process.ts';
import type { Running } from '../wiring/process.ts';
import { composeSinks } from '../wiring/sinks.ts';
import { serveHealth } from './health.ts';
import { SinkFeed } from './sinks/feed.ts';
import { openSinkReader } from './sinks/reader.ts';

await runProcess('sinks', start);

/** Feeds every configured sink with what a reader has verified. Holds no key and no database. */
async function start(config: Config): Promise<Running> {
  const log = pino({ base: { process: 'sinks' } });
  const report = (message: string, cause: unknown) => log.warn({ err: cause }, message);
  const { sinks, reader: options } = composeSinks(config);
  const reader = await openSinkReader(options, report);
  const closing = new AbortController();
  const feeds = sinks.map((sink) => new SinkFeed(sink, reader, report));
  const running = feeds.map((feed) => feed.run(closing.signal));
  reader.follow();
  const health = await serveHealth(config.service, {
    facts: async () => {
      if (!reader.isFresh()) throw new Error('the reader does not know the newest facts');
    },
    ...Object.fromEntries(sinks.map((sink) => [sink.name, () => sink.probe()])),
  });
  log.info({ port: health.port, sinks: sinks.map(({ name }) => name) }, 'feeding');
  return {
    close: async () => {
      closing.abort();
      await Promise.all([...running, health.close()]);
      await Promise.all([reader.close(), ...sinks.map((sink) => sink.close())]);
    },
  };
}
