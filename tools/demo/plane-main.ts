import { openPlane } from '../../sdk/typescript/plane.ts';
import { startWallClock } from '../wall-clock.ts';
import type { Burst, ExpectedAnswer, FromPlane, PlaneStart, ToPlane } from './plane-messages.ts';

/*
 * A data plane in a process of its own: what a product's service would embed. It shares nothing
 * with the registry but HTTP, NATS and the root's public key.
 */

const start = JSON.parse(process.argv[2] ?? '') as PlaneStart;
const tell = (message: FromPlane) => process.send?.(message);
const nowMs = startWallClock();

const plane = await openPlane(start);
plane.on('applied', ({ fact: { tenant, seq, id, kind, subject, op } }) =>
  tell({ type: 'applied', fact: { tenant, seq, id, kind, subject, op, appliedAtMs: nowMs() } }),
);
plane.on('refused', ({ code }) => tell({ type: 'refused', code }));
process.on('message', (message) => answer(message as ToPlane));
process.on('disconnect', () => process.exit());
await plane.ready();
const { applied, heads } = plane.stats();
const lines = Object.values(heads).reduce((sum, { position }) => sum + position, 0);
tell({ type: 'ready', snapshot: lines - applied });

function answer(message: ToPlane): void {
  if (message.type === 'can') {
    const { identity, permission, tenant } = message.question;
    const decision = plane.can(identity, permission, tenant);
    tell({ type: 'answer', ask: message.ask, decision });
  } else if (message.type === 'burst') {
    tell({ type: 'burst', ask: message.ask, burst: decide(message.decisions, message.expected) });
  } else {
    void plane.close().then(() => process.disconnect());
  }
}

function decide(decisions: number, expected: readonly ExpectedAnswer[]): Burst {
  const tookNs = new Float64Array(decisions);
  let wrong = 0;
  for (let i = 0; i < decisions; i += 1) {
    const question = expected[i % expected.length];
    if (question === undefined) break;
    const startedNs = process.hrtime.bigint();
    const { allowed } = plane.can(question.identity, question.permission, question.tenant);
    tookNs[i] = Number(process.hrtime.bigint() - startedNs);
    if (allowed !== question.allowed) wrong += 1;
  }
  tookNs.sort();
  const p99Us = (tookNs[Math.ceil(decisions * 0.99) - 1] ?? Number.NaN) / 1_000;
  return { decisions, wrong, p99Us, freshness: plane.freshness() };
}
