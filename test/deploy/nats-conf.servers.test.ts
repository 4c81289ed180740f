import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import { inDataDir } from '../../tools/servers/data-dir.ts';
import * as nats from '../../tools/servers/nats.ts';
import { freePort } from '../../tools/servers/ports.ts';
import { type Running, startProcess } from '../../tools/servers/process.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { type FixtureTree, writeFixtureTree } from '../architecture/fixture-tree.ts';
import { readTracked } from '../architecture/tracked-files.ts';
import { eventually } from '../support/eventually.ts';

const READY_WITHIN_MS = 30_000;

describe('nats.conf', () => {
  let tree: FixtureTree;
  let server: Running | undefined;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const config = readTracked('deploy/compose/nats.conf')
      .replace('port: 4222', `listen: "127.0.0.1:${port}"`)
      .replace(/^http_port: .*$/m, '')
      .replace('store_dir: /data', 'store_dir: "./data"');
    tree = writeFixtureTree({ 'nats.conf': config });
    const { server: command } = await nats.get(quiet);
    server = await inDataDir('nats-conf', undefined, (dataDir) =>
      startProcess({
        name: 'NATS',
        command,
        args: ['--config', 'nats.conf'],
        cwd: tree.folder,
        env: { NATS_SEQUENCER_PASSWORD: 'seq', NATS_READER_PASSWORD: 'read' },
        logFile: `${dataDir.path}/nats.log`,
        dataDir,
        probe: () => login('sequencer', 'seq').then((connection) => connection.close()),
        readyWithinMs: READY_WITHIN_MS,
      }),
    );
  });
  afterAll(async () => {
    await server?.stop();
    tree.remove();
  });

  const login = (user: string, pass: string) =>
    connect({ servers: `127.0.0.1:${port}`, user, pass, reconnect: false });

  test('the reader hears facts, and what it publishes reaches nobody', async () => {
    const [sequencer, reader] = [await login('sequencer', 'seq'), await login('reader', 'read')];
    const heard: string[] = [];
    for (const connection of [sequencer, reader]) {
      connection.subscribe('tenure.facts.*', {
        callback: (_error, message) => void heard.push(message.string()),
      });
      await connection.flush();
    }
    reader.publish('tenure.facts.00', 'forged');
    await reader.flush();
    sequencer.publish('tenure.facts.00', 'true');
    await eventually(() => heard.length >= 2);
    expect(heard).toEqual(['true', 'true']);
    await Promise.all([sequencer.close(), reader.close()]);
  });

  test('the reader hears heartbeats', async () => {
    const [sequencer, reader] = [await login('sequencer', 'seq'), await login('reader', 'read')];
    const heard: string[] = [];
    reader.subscribe('tenure.heartbeat', {
      callback: (_error, message) => void heard.push(message.string()),
    });
    await reader.flush();
    sequencer.publish('tenure.heartbeat', 'still here');
    await eventually(() => expect(heard).toEqual(['still here']));
    await Promise.all([sequencer.close(), reader.close()]);
  });

  test('the sequencer may make the stream, and nobody comes in without a password', async () => {
    const sequencer = await login('sequencer', 'seq');
    const manager = await sequencer.jetstreamManager();
    await manager.streams.add({ name: 'TENURE_FACTS', subjects: ['tenure.facts.*'] });
    await sequencer.close();
    const stranger = connect({ servers: `127.0.0.1:${port}`, reconnect: false });
    await expect(stranger).rejects.toThrow('Authorization Violation');
  });
});
