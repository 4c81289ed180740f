// A leader in a process of its own, so that a test can stop it by a signal. Says its fence number.
import { createLeaderLock } from '../../../adapters/postgres/leader-lock.ts';

const lock = createLeaderLock({ databaseUrl: process.argv[2] ?? '' });
const leadership = await lock.acquire(new AbortController().signal);
process.stdout.write(`leads ${leadership.fence}\n`);
await leadership.lost;
process.stdout.write('lost\n');
