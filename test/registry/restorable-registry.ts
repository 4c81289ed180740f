import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { createCheckpointFile } from '../../adapters/checkpoint-file/store.ts';
import { openKeyFolder } from '../../adapters/key-file/signer.ts';
import { MANIFESTS_FOLDER, readManifests } from '../../adapters/manifests/read.ts';
import { createNatsFactStream } from '../../adapters/nats/fact-stream.ts';
import { STREAM, SUBJECT_PREFIX } from '../../adapters/nats/stream.ts';
import { createOutboxBell } from '../../adapters/postgres/bell.ts';
import { createFactLog, createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../../adapters/postgres/leader-lock.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { runCli } from '../../cli/program.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { changeRoles } from '../../domain/membership-roles.ts';
import type { Rule } from '../../domain/decision.ts';
import { toHex, utf8 } from '../../facts/core/bytes.ts';
import { parseLine } from '../../facts/core/line.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import { parseCheckpoint } from '../../facts/log/checkpoint.ts';
import { textOfNote } from '../../facts/log/note.ts';
import { parseStateNote } from '../../facts/log/state/note.ts';
import { commitStep } from '../../registry/commit.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { logDuties, snapshotting } from '../../registry/log-duties.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer } from '../../registry/sequencer.ts';
import { Snapshotter } from '../../registry/snapshotter.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import * as nats from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { READER, startTestApi } from '../support/api/test-api.ts';
import { backupsOf } from './backups.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from '../adapters/postgres/registry-database.ts';

export const LOG = 'tenure.example/restored';

export interface Customer {
  readonly tenant: string;
  readonly member: string;
  readonly identity: { readonly issuer: string; readonly sub: string };
}

/** Whether a leader compares the database with JetStream; without it: a negative control. */
export interface SequencerOptions {
  readonly comparesStream?: boolean;
}

export type RestorableRegistry = Awaited<ReturnType<typeof startRestorableRegistry>>;

/**
 * Postgres, NATS, the sequencer, `/v1/facts` and a running data plane, with the database in a state
 * that can be backed up and restored, and `tenure` on its command line.
 */
export async function startRestorableRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-recover-'));
  const registry = await registryDatabase();
  const { databaseUrl } = registry;
  const server = await nats.start({ paths: await nats.get(quiet) });
  const env = {
    DATABASE_URL: databaseUrl,
    NATS_URL: server.url,
    FACT_LOG_ORIGIN: LOG,
    KEY_DIR: join(folder, 'keys'),
    CHECKPOINT_DIR: join(folder, 'checkpoints'),
  };
  const tenure = commandLine(env);
  const rootFile = join(folder, 'root.key');
  const made = await tenure('keys', 'init', '--root', rootFile, '--json');
  const { root } = JSON.parse(made.out) as { root: string };
  const platform = { ...registry.worker, clock: systemClock, ids: systemIds };
  await declarePlatform(platform, { log: LOG }, await readManifests(MANIFESTS_FOLDER));
  const reader = createFactReader({ databaseUrl });
  const api = await startTestApi({ facts: reader, log: reader });
  const planes: Plane[] = [];
  const openIn = async (directory: string): Promise<Plane> => {
    const [registryUrl, natsUrl] = [api.url, server.url];
    const options = { registryUrl, token: READER, natsUrl, log: LOG, root, directory };
    const plane = await openPlane(options);
    planes.push(plane);
    return plane;
  };
  const lateFolder = join(folder, 'late-plane');
  const plane = await openIn(join(folder, 'plane'));
  let sequencer = startSequencer(env, {});
  return {
    ...{ registry, plane, tenure, rootFile, lateFolder },
    openLatePlane: () => openIn(lateFolder),
    reports: () => sequencer.reports,
    startSequencer: (options: SequencerOptions = {}) => {
      sequencer = startSequencer(env, options);
    },
    stopSequencer: () => sequencer.stop(),
    customers: customersOf(registry),
    ...backupsOf(databaseUrl, folder, env.CHECKPOINT_DIR),
    deleteStream: () => deleteStream(server.url),
    /** Last position in the stream, by shard. */
    streamed: () => lastPositions(server.url),
    close: async () => {
      await sequencer.stop();
      await Promise.all(planes.map((one) => one.close()));
      await api.close();
      await Promise.all([reader.close(), registry.close()]);
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function commandLine(env: Record<string, string>) {
  return async (...args: string[]) => {
    let [out, err] = ['', ''];
    const [take, complain] = [(text: string) => (out += text), (text: string) => (err += text)];
    const code = await runCli(args, { env, tty: false, out: take, err: complain });
    return { code, out, err };
  };
}

/** The process of `workers/sequencer-main.ts` without its Temporal. */
function startSequencer(
  env: { DATABASE_URL: string; NATS_URL: string; KEY_DIR: string; CHECKPOINT_DIR: string },
  { comparesStream = true }: SequencerOptions,
) {
  const { DATABASE_URL: databaseUrl, NATS_URL: url } = env;
  const reports: unknown[] = [];
  const report = (_message: string, cause: unknown) => void reports.push(cause);
  const facts = createFactLog({ databaseUrl });
  const stream = createNatsFactStream({ url, log: LOG, replicas: 1, report: () => undefined });
  const publisher = new Publisher(stream, facts);
  const approved = () => Promise.resolve({ name: '', isApproved: true });
  const keys = new KeyRing(LOG, () => openKeyFolder(env.KEY_DIR, 'openssl'), facts);
  const { duties, ...leading } = logDuties({
    ...{ log: LOG, facts, keys, stream, publisher, clock: systemClock },
    store: comparesStream ? facts : { ...facts, incarnation: approved },
    checkpoints: createCheckpointFile(env.CHECKPOINT_DIR),
  });
  const snapshots = snapshotting(new Snapshotter({ log: LOG, keys, store: facts }));
  const sequencer = new Sequencer({
    ...{ ...leading, facts, publisher, report },
    duties: [...duties, snapshots],
    lock: createLeaderLock({ databaseUrl }),
    bell: createOutboxBell({ databaseUrl }),
  });
  const stopping = new AbortController();
  const running = sequencer.run(stopping.signal);
  return {
    reports,
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await running;
      await Promise.all([facts.close(), stream.close()]);
    },
  };
}

function customersOf({ api, worker }: RegistryDatabase) {
  const commit = <C>(tenant: string, operation: string, rule: Rule<C>, command: C) =>
    commitStep(
      worker.commits,
      { log: LOG },
      {
        ...{ operation, step: 'commit', tenant, actor: 'operator', rule, command },
        ...{ atMs: Date.now(), releaseLock: true },
      },
    );
  return {
    provision: async (): Promise<Customer> => {
      const { tenant, id } = await accepted(api.operations, provisionRequest());
      const [member, sub] = [randomUUID() as string, randomUUID() as string];
      const issuer = `https://id.example/realms/${tenant}`;
      await commit(tenant, id, activateTenant, {
        ...{ tenant, issuer, databaseUrl: 'libsql://example' },
        ...{ adminMember: member, adminSub: sub },
      });
      await api.operations.markStarted(id).catch(() => undefined);
      return { tenant, member, identity: { issuer, sub } };
    },
    giveRoles: ({ tenant, member }: Customer, roles: readonly string[]) =>
      commit(tenant, randomUUID(), changeRoles, { member, roles }),
    addProject: ({ tenant }: Customer) => commit(tenant, randomUUID(), addProject, randomUUID()),
  };
}

const addProject: Rule<string> = (_view, project) => ({
  changes: [],
  facts: [
    { kind: 'project', subject: `project:${project}`, op: 'assert', body: { state: 'active' } },
  ],
  audit: [],
});

/** Where each shard stands: what a plane and the registry have to agree on. */
export async function headsIn({ admin }: RegistryDatabase): Promise<Record<string, string>> {
  const { rows } = await admin.query<{ shard: number; position: string; hash: Buffer }>(
    'select shard, position, hash from shard_heads where position > 0',
  );
  return Object.fromEntries(
    rows.map(({ shard, position, hash }) => [shardName(shard), `${position} ${toHex(hash)}`]),
  );
}

export function headsOf(plane: Plane): Record<string, string> {
  const { heads } = plane.stats();
  return Object.fromEntries(
    Object.entries(heads).map(([shard, { position, hash }]) => [shard, `${position} ${hash}`]),
  );
}

export async function countIn({ admin }: RegistryDatabase, table: string): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

export async function checkpointSizeIn({ admin }: RegistryDatabase): Promise<number | undefined> {
  const sql = `select note from log_notes where kind = 'checkpoint'`;
  const { rows } = await admin.query<{ note: string }>(sql);
  return rows[0] && parseCheckpoint(textOfNote(utf8(rows[0].note))).size;
}

/** Size of the log that the newest snapshot is of. */
export async function snapshotSizeIn({ admin }: RegistryDatabase): Promise<number | undefined> {
  const sql = `select note from log_notes where kind = 'state'`;
  const { rows } = await admin.query<{ note: string }>(sql);
  return rows[0] && parseStateNote(textOfNote(utf8(rows[0].note))).size;
}

async function lastPositions(url: string): Promise<Record<string, number>> {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    const { state } = await manager.streams.info(STREAM, { subjects_filter: '>' });
    const positions: Record<string, number> = {};
    for (const subject of Object.keys(state.subjects ?? {})) {
      const message = await manager.streams.getMessage(STREAM, { last_by_subj: subject });
      const last = message.string().split('\n').at(-1) ?? '';
      positions[subject.slice(SUBJECT_PREFIX.length)] = parseLine(last).position;
    }
    return positions;
  } finally {
    await connection.close();
  }
}

async function deleteStream(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  await (await connection.jetstreamManager()).streams.delete(STREAM);
  await connection.close();
}
