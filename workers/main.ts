import { runProcess } from '../wiring/process.ts';
import { startWorkers } from './start-workers.ts';

await runProcess('worker', (config) => startWorkers(config));
