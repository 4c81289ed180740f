import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPlane } from '../sdk/typescript/plane.ts';
import type { Plane } from '../sdk/typescript/plane.ts';
import type { Context } from './context.ts';
import type { Trust } from './trust.ts';

export interface PlaneNeeds {
  readonly trust: Trust;
  readonly nats: string | undefined;
  /** All unless given. */
  readonly shards?: readonly number[] | undefined;
  /** False: all facts are told, from the first on. */
  readonly snapshots?: boolean;
  /** Its state; a temporary one unless given. */
  readonly directory?: string | undefined;
}

/** A data plane for as long as the work goes on. */
export async function withPlane<T>(
  { trust, nats, shards, directory, snapshots = true }: PlaneNeeds,
  context: Context,
  work: (plane: Plane) => Promise<T>,
): Promise<T> {
  const temporary =
    directory === undefined ? mkdtempSync(join(tmpdir(), 'tenure-plane-')) : undefined;
  try {
    const plane = await openPlane({
      registryUrl: context.url(),
      token: context.config().access.readerToken.reveal(),
      natsUrl: nats,
      ...trust,
      ...(shards === undefined ? {} : { shards }),
      snapshots,
      directory: temporary ?? directory ?? '',
    });
    try {
      return await work(plane);
    } finally {
      await plane.close();
    }
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}
