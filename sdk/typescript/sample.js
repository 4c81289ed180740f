import { openPlane } from '@tenure/data-plane';

const plane = await openPlane({
  registryUrl: process.env.TENURE_URL,
  token: process.env.TENURE_TOKEN, // the data planes' read-only one
  natsUrl: process.env.TENURE_NATS_URL, // without it the plane asks for a heartbeat every 3 s
  log: process.env.TENURE_LOG, // e.g. tenure.example/prod
  root: process.env.TENURE_ROOT, // note key of the log's first root: all others are learned from it
  directory: process.env.TENURE_DIRECTORY, // one process at a time
});
plane.on('refused', ({ code, origin }) => console.error(`refused ${code} (${origin})`));
plane.on('freshness', ({ kind, to }) => console.error(`${kind}: ${to}`));
await plane.ready();

const [issuer, sub, permission, tenant] = process.argv.slice(2);
const decision = plane.can({ issuer, sub }, permission, tenant);
console.log(JSON.stringify(decision));

await plane.close();
