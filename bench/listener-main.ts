import { connect } from 'nats';
import { createVerifier } from '../facts/crypto/verify.ts';
import { openPlane } from '../sdk/typescript/plane.ts';
import type { PlaneStart } from '../tools/demo/plane-messages.ts';
import { startWallClock } from '../tools/wall-clock.ts';

/*
 * The other process of the delivery bench: a data plane, and beside it the bare baseline, a
 * JetStream consumer that verifies one signature a message. Both note when; the bench asks at the
 * end.
 */

export interface ListenerStart extends PlaneStart {
  readonly bareStream: string;
  /** Base64. */
  readonly publicKey: string;
  readonly signature: string;
}

export interface Heard {
  /** Fact id -> wall clock when it was applied, milliseconds with fraction. */
  readonly applied: readonly [string, number][];
  /** Milliseconds each bare message took from its sending to its verification. */
  readonly bareMs: readonly number[];
}

const start = JSON.parse(process.argv[2] ?? '') as ListenerStart;
const nowMs = startWallClock();
let applied: [string, number][] = [];
let bareMs: number[] = [];

const plane = await openPlane(start);
plane.on('applied', ({ fact }) => applied.push([fact.id, nowMs()]));

const verify = createVerifier(Buffer.from(start.publicKey, 'base64'));
const signature = Buffer.from(start.signature, 'base64');
const connection = await connect({ servers: start.natsUrl });
const bare = await connection.jetstream().consumers.get(start.bareStream);
await bare.consume({
  callback: (message) => {
    const [sentAtMs = ''] = message.string().split(' ', 1);
    if (!verify(message.data.subarray(sentAtMs.length + 1), signature))
      throw new Error('the bare message does not verify');
    bareMs.push(nowMs() - Number(sentAtMs));
  },
});

process.on('message', () => {
  process.send?.({ applied, bareMs } satisfies Heard);
  [applied, bareMs] = [[], []];
});
process.on('disconnect', () => process.exit());
await plane.ready();
process.send?.('ready');
