import { MemoryFactSink } from '../../adapters/memory/fact-sink.ts';
import { factSinkContract, rowsOf } from './fact-sink.ts';

factSinkContract('memory', () => {
  const sink = new MemoryFactSink();
  return Promise.resolve({
    sink,
    rows: () =>
      Promise.resolve(
        rowsOf(
          [...sink.shards.values()]
            .flatMap((facts) => [...facts.values()])
            .toSorted((a, b) => a.shard - b.shard || a.position - b.position),
        ),
      ),
    lose: (shard, positions) => {
      for (const position of positions) sink.shards.get(shard)?.delete(position);
      return Promise.resolve();
    },
    wipe: () => Promise.resolve(sink.shards.clear()),
    close: () => sink.close(),
  });
});
