import { createClickHouseSink } from '../../adapters/clickhouse/sink.ts';
import { ClickHouse } from '../support/clickhouse.ts';
import { server } from '../support/servers/server.ts';
import { factSinkContract } from './fact-sink.ts';

factSinkContract('ClickHouse', async () => {
  const at = await server('clickhouse');
  const clickhouse = new ClickHouse(at, 'contract');
  const sink = createClickHouseSink({ ...at, database: clickhouse.database });
  return {
    sink,
    rows: () => clickhouse.sinkRows(),
    lose: (shard, positions) => clickhouse.lose(shard, positions),
    wipe: () => clickhouse.drop(),
    close: async () => {
      await sink.close();
      await clickhouse.close();
    },
  };
});
