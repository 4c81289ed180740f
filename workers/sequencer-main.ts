import { runProcess } from '../wiring/process.ts';
import { startSequencing } from './sequencing.ts';

await runProcess('sequencer', (config) => startSequencing(config));
