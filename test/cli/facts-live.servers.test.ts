import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connect } from 'nats';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { memberDraft } from '../sdk/support/fact-writer.ts';
import { ACME, memberId } from '../sdk/support/tenants.ts';
import { eventually } from '../support/eventually.ts';
import { FactsFixture } from './facts-fixture.ts';

let nats: NatsServer;
let fixture: FactsFixture;
beforeEach(async () => {
  nats = await start({ paths: await get(quiet) });
  fixture = await FactsFixture.start();
});
afterEach(async () => {
  await fixture.stop();
  await nats.stop();
});

test('with --nats a fact is printed as it is published, also while the registry is dead', async () => {
  const running = fixture.start(['facts', 'tail', '--tenant', ACME, '--nats', nats.url]);
  await eventually(() => expect(running.err()).toContain('caught up'), { withinMs: 8_000 });
  fixture.registry.down = true;
  const publisher = await connect({ servers: nats.url });
  const line = fixture.writer.write(ACME, memberDraft(memberId(2), 'ann', []));
  await eventually(
    () => {
      // The subscription may come a moment after the plane is ready; a duplicate is dropped.
      publisher.publish('tenure.facts.05', line);
      expect(running.out()).toContain(memberId(2));
    },
    { withinMs: 8_000 },
  );
  await publisher.close();
  running.interrupt();
  expect(await running.ended).toBe(0);
  expect(running.out().trim().split('\n')).toHaveLength(1);
});
