import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../sdk/typescript/freshness-clock.ts';
import { openLiveSource } from '../sdk/typescript/live-source.ts';
import { createPlane, openPlane } from '../sdk/typescript/plane.ts';
import type { Plane } from '../sdk/typescript/plane.ts';
import { createHttpSource } from '../sdk/typescript/registry-source.ts';
import type { PlaneOptions } from '../sdk/typescript/types.ts';
import type { Context } from './context.ts';
import type { Trust } from './trust.ts';

export interface PlaneNeeds {
  readonly trust: Trust;
  readonly nats: string | undefined;
  /** All unless given. */
  readonly shards?: readonly number[] | undefined;
  /** Its state; a temporary one unless given. */
  readonly directory?: string | undefined;
  /** Every fact is to be seen: a snapshot in place of the first ones will not do. */
  readonly fromFirst?: boolean;
}

/** A data plane for as long as the work goes on. */
export async function withPlane<T>(
  { trust, nats, shards, directory, fromFirst = false }: PlaneNeeds,
  context: Context,
  work: (plane: Plane) => Promise<T>,
): Promise<T> {
  const temporary =
    directory === undefined ? mkdtempSync(join(tmpdir(), 'tenure-plane-')) : undefined;
  try {
    const open = fromFirst ? openFromFirst : openPlane;
    const plane = await open({
      registryUrl: context.url(),
      token: context.config().access.readerToken.reveal(),
      natsUrl: nats,
      ...trust,
      ...(shards === undefined ? {} : { shards }),
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

/** A plane of a registry that seems to have no snapshots. */
function openFromFirst(options: PlaneOptions): Promise<Plane> {
  const { registryUrl, token, natsUrl } = options;
  const source = createHttpSource(registryUrl, token);
  return createPlane(options, {
    source: { ...source, stateNote: () => Promise.resolve(undefined) },
    openLive:
      natsUrl === undefined
        ? undefined
        : (shards, handlers) => openLiveSource(natsUrl, shards, handlers),
    clock: SYSTEM_CLOCK,
  });
}
