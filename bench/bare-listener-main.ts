import { connect } from 'nats';
import { createVerifier } from '../facts/crypto/verify.ts';
import { startWallClock } from '../tools/wall-clock.ts';

/*
 * The other process of the delivery's baseline: a JetStream consumer that verifies one signature a
 * message. The bench asks at the end how long each took.
 */

export interface BareStart {
  readonly natsUrl: string;
  readonly stream: string;
  /** Base64. */
  readonly publicKey: string;
  readonly signature: string;
}

/** Milliseconds each message took from its sending to its verification. */
export type BareHeard = readonly number[];

const start = JSON.parse(process.argv[2] ?? '') as BareStart;
const nowMs = startWallClock();
let tookMs: number[] = [];

const verify = createVerifier(Buffer.from(start.publicKey, 'base64'));
const signature = Buffer.from(start.signature, 'base64');
const connection = await connect({ servers: start.natsUrl });
const consumer = await connection.jetstream().consumers.get(start.stream);
await consumer.consume({
  callback: (message) => {
    const [sentAtMs = ''] = message.string().split(' ', 1);
    if (!verify(message.data.subarray(sentAtMs.length + 1), signature))
      throw new Error('the bare message does not verify');
    tookMs.push(nowMs() - Number(sentAtMs));
  },
});

process.on('message', () => {
  process.send?.(tookMs satisfies BareHeard);
  tookMs = [];
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
