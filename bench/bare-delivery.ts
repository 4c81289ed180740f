import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'nats';
import { createSigner, SEED_BYTES } from '../facts/crypto/sign.ts';
import { startWallClock } from '../tools/wall-clock.ts';
import type { BareHeard, BareStart } from './bare-listener-main.ts';
import { openLoop } from './open-loop.ts';

const SUBJECT = 'bench.bare';
const STREAM = 'BENCH';
const ENTRY = fileURLToPath(new URL('bare-listener-main.ts', import.meta.url));

/** As many bytes through bare JetStream, to a process that verifies one signature a message. */
export class BareDelivery {
  readonly #connection: Awaited<ReturnType<typeof connect>>;
  readonly #listener: ReturnType<typeof fork>;
  readonly #message: Uint8Array;
  readonly #nowMs = startWallClock();

  private constructor(
    connection: Awaited<ReturnType<typeof connect>>,
    listener: ReturnType<typeof fork>,
    message: Uint8Array,
  ) {
    this.#connection = connection;
    this.#listener = listener;
    this.#message = message;
  }

  static async start(natsUrl: string, messageBytes: number): Promise<BareDelivery> {
    const connection = await connect({ servers: natsUrl });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: STREAM, subjects: [SUBJECT] });
    const signer = createSigner(randomBytes(SEED_BYTES));
    const message = randomBytes(messageBytes);
    const start: BareStart = {
      natsUrl,
      stream: STREAM,
      publicKey: Buffer.from(signer.publicKey).toString('base64'),
      signature: Buffer.from(signer.sign(message)).toString('base64'),
    };
    const listener = fork(ENTRY, [JSON.stringify(start)]);
    await once(listener, 'message');
    return new BareDelivery(connection, listener, message);
  }

  /** Milliseconds of each. */
  async run(perSecond: number, seconds: number): Promise<readonly number[]> {
    await this.#hear();
    await openLoop(perSecond, seconds, () => this.#publish());
    return this.#hear();
  }

  async close(): Promise<void> {
    this.#listener.disconnect();
    await this.#connection.close();
  }

  #publish(): Promise<unknown> {
    const sentAt = Buffer.from(`${this.#nowMs()} `);
    return this.#connection.jetstream().publish(SUBJECT, Buffer.concat([sentAt, this.#message]));
  }

  async #hear(): Promise<BareHeard> {
    this.#listener.send('report');
    const [tookMs] = (await once(this.#listener, 'message')) as [BareHeard];
    return tookMs;
  }
}
