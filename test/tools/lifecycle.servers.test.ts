import { expect, test } from '@jest/globals';
import { isFree } from '../../tools/servers/ports.ts';
import { createProgress } from '../../tools/servers/progress.ts';
import { getAndStart, type ServerName } from '../../tools/servers/registry.ts';
import { traces, type Trace } from './traces.ts';

test('Postgres keeps port and data when killed', () => survives(traces.postgres));
test('NATS keeps port and data when killed', () => survives(traces.nats));
test('Temporal keeps port and data when killed', () => survives(traces.temporal));
test('Keycloak keeps port and data when killed', () => survives(traces.keycloak));
test('Kubernetes keeps port and data when killed', () => survives(traces.kubernetes));
test('PowerDNS keeps port and data when killed', () => survives(traces.powerdns));
test('Knot keeps port and data when killed', () => survives(traces.knot));
test('libSQL keeps port and data when killed', () => survives(traces.libsql));
test('ClickHouse keeps port and data when killed', () => survives(traces.clickhouse));

async function survives<Name extends ServerName>({ name, leave, find }: Trace<Name>) {
  const server = await getAndStart(name, createProgress());
  try {
    await leave(server);
    await server.kill('SIGKILL');
    expect(await isFree(server.port)).toBe(true);
    await server.restart();
    expect(await find(server)).toBe(true);
  } finally {
    await server.stop();
  }
  expect(await isFree(server.port)).toBe(true);
}
