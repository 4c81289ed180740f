import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { findVersionOnPath } from './command.ts';
import { inDataDir, type DataDir } from './data-dir.ts';
import { fromDebian } from './debian.ts';
import { start as startEtcd } from './etcd.ts';
import { goBuild } from './go.ts';
import { onFreePorts } from './ports.ts';
import { startProcess, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { debianPackages, versions } from './versions.ts';

export type KubernetesPaths = { apiserver: string; etcd: string };

export type KubernetesOptions = {
  paths: KubernetesPaths;
  /** Kept when given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** Default: a free one. */
  port?: number;
};

/** An API server without controllers: nobody fills in a `status` or collects garbage. */
export type KubernetesServer = Running & {
  host: string;
  port: number;
  /** `https://127.0.0.1:<port>` */
  url: string;
  /** Of user `admin`, group `system:masters`. */
  token: string;
  /** Of user `nobody`, who may do nothing: for tests of refusals. */
  powerlessToken: string;
  /** PEM; trust it for `url`. */
  caFile: string;
  /** Holds url, token and certificate; its context is `tenure`. */
  kubeconfigFile: string;
};

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 180_000;
const ANSWER_WITHIN_MS = 2_000;

export async function get(progress: Progress): Promise<KubernetesPaths> {
  const etcd = await fromDebian('etcd', 'etcd', debianPackages.etcd, progress);
  const pinned = new RegExp(`v${versions.kubernetes.replaceAll('.', '\\.')}\\b`);
  const onPath = await findVersionOnPath('kube-apiserver', ['--version'], pinned);
  if (onPath !== undefined) return { apiserver: onPath, etcd };
  const apiserver = await goBuild(
    {
      name: 'kube-apiserver',
      version: versions.kubernetes,
      what: `Kubernetes API server ${versions.kubernetes} (once, about five minutes)`,
      binary: 'kube-apiserver',
    },
    new URL('kube-apiserver/', import.meta.url),
    'k8s.io/kubernetes/cmd/kube-apiserver',
    progress,
  );
  return { apiserver, etcd };
}

/** `kill` and `restart` are about the API server; its etcd stays up until `stop`. */
export function start(options: KubernetesOptions): Promise<KubernetesServer> {
  return onFreePorts(['port'], { port: options.port }, ({ port }) =>
    inDataDir('kubernetes', options.dataDir, async (dir) => {
      const etcd = await startEtcd(options.paths.etcd, join(dir.path, 'etcd'));
      try {
        const ownDir = { path: dir.path, discard: () => undefined };
        const server = await startIn(ownDir, port, etcd.url, options.paths.apiserver);
        const stop = async () => {
          await server.stop(); // without its etcd it would hang
          await etcd.stop();
          dir.discard();
        };
        return { ...server, stop };
      } catch (error) {
        await etcd.stop();
        throw error;
      }
    }),
  );
}

async function startIn(
  dir: DataDir,
  port: number,
  etcdUrl: string,
  apiserver: string,
): Promise<KubernetesServer> {
  const secrets = openSecrets(join(dir.path, 'secrets'));
  const certificates = join(dir.path, 'certificates');
  const caFile = join(certificates, 'apiserver.crt');
  const running = await startProcess({
    name: 'Kubernetes API server',
    command: apiserver,
    args: [
      `--etcd-servers=${etcdUrl}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${secrets.publicKeyFile}`,
      `--service-account-signing-key-file=${secrets.privateKeyFile}`,
      `--bind-address=${HOST}`,
      `--secure-port=${port}`,
      `--cert-dir=${certificates}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${secrets.tokensFile}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--endpoint-reconciler-type=none',
      '--disable-admission-plugins=ServiceAccount',
    ],
    logFile: join(dir.path, 'kube-apiserver.log'),
    dataDir: dir,
    probe: () => expectReady(port, secrets.token, caFile),
    readyWithinMs: READY_WITHIN_MS,
  });
  const url = `https://${HOST}:${port}`;
  const { token, powerlessToken } = secrets;
  const kubeconfigFile = join(dir.path, 'kubeconfig.yaml');
  writeFileSync(kubeconfigFile, kubeconfig(url, token, caFile), { mode: 0o600 });
  return { ...running, host: HOST, port, url, token, powerlessToken, caFile, kubeconfigFile };
}

/** Keys and tokens, made at the first start of a data folder. */
function openSecrets(dir: string) {
  const privateKeyFile = join(dir, 'sa.key');
  const publicKeyFile = join(dir, 'sa.pub');
  const tokensFile = join(dir, 'tokens.csv');
  if (!existsSync(tokensFile)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(privateKeyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
    const users = `${newToken()},admin,admin,system:masters\n${newToken()},nobody,nobody\n`;
    writeFileSync(tokensFile, users);
  }
  const users = readFileSync(tokensFile, 'utf8').split('\n');
  const [token = '', powerlessToken = ''] = users.map((line) => line.split(',')[0] ?? '');
  return { privateKeyFile, publicKeyFile, tokensFile, token, powerlessToken };
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}

/** Node's `fetch` knows no way to trust one more certificate. */
function expectReady(port: number, token: string, caFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpsGet({
      host: HOST,
      port,
      path: '/readyz',
      ca: readFileSync(caFile),
      headers: { authorization: `Bearer ${token}` },
      timeout: ANSWER_WITHIN_MS,
    });
    request.once('response', (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`/readyz answers ${response.statusCode}`));
    });
    request.once('timeout', () => request.destroy(new Error('/readyz does not answer')));
    request.once('error', reject);
  });
}

function kubeconfig(server: string, token: string, caFile: string): string {
  const ca = readFileSync(caFile).toString('base64');
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tenure',
    clusters: [{ name: 'tenure', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'tenure', context: { cluster: 'tenure', user: 'admin' } }],
  });
}
