import { join } from 'node:path';
import { inDataDir } from './data-dir.ts';
import { onFreePorts } from './ports.ts';
import { expectOk } from './probe.ts';
import { startProcess, type Running } from './process.ts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 30_000;

/** The store of the Kubernetes API server; got together with it. */
export function start(etcd: string, dataDir: string): Promise<Running & { url: string }> {
  return onFreePorts(['client', 'peer'], {}, ({ client, peer }) =>
    inDataDir('etcd', dataDir, async (dir) => {
      const url = `http://${HOST}:${client}`;
      const peerUrl = `http://${HOST}:${peer}`;
      const running = await startProcess({
        name: 'etcd',
        command: etcd,
        args: [
          `--data-dir=${join(dir.path, 'member-data')}`,
          `--listen-client-urls=${url}`,
          `--advertise-client-urls=${url}`,
          `--listen-peer-urls=${peerUrl}`,
          `--initial-advertise-peer-urls=${peerUrl}`,
          `--initial-cluster=default=${peerUrl}`,
          '--force-new-cluster', // one member, whose peer port is another at each start
          '--unsafe-no-fsync', // its data need to survive processes, not the machine
        ],
        logFile: join(dir.path, 'etcd.log'),
        dataDir: dir,
        probe: () => expectOk(`${url}/health`),
        readyWithinMs: READY_WITHIN_MS,
      });
      return { ...running, url };
    }),
  );
}
