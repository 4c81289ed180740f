// One of several processes that keep checkpoints at once; says which versions it kept.
import { createCheckpointFile } from '../../adapters/checkpoint-file/store.ts';

const store = createCheckpointFile(process.argv[2] ?? '');
const untilMs = Date.now() + Number(process.argv[3]);
const kept: number[] = [];
while (Date.now() < untilMs) {
  const { version } = await store.newest();
  if (await store.keep(version, `${process.pid}\n`)) kept.push(version + 1);
}
process.stdout.write(JSON.stringify(kept));
