import { runProcess } from '../wiring/process.ts';
import { startWorkers, WATCHERS } from '../workers/start-workers.ts';

/* Starts no saga: the bench does, by its own dates and when it begins to measure. */
await runProcess('worker', (config) => startWorkers(config, WATCHERS));
