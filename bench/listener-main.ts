import { createInterface } from 'node:readline';
import { openPlane } from '../sdk/typescript/plane.ts';
import type { PlaneStart } from '../tools/demo/plane-messages.ts';
import { startWallClock } from '../tools/wall-clock.ts';

/*
 * Tells the bench when facts were applied, as every kit's listening program does. It speaks JSON
 * lines: the first on standard input are a plane's options, answered when the plane is ready; each
 * later one is answered by what was applied since, as [fact id, milliseconds of the clock].
 */

const nowMs = startWallClock();
const requests = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: first } = await requests.next();
let applied: [string, number][] = [];

const plane = await openPlane(JSON.parse(first ?? '') as PlaneStart);
plane.on('applied', ({ fact }) => applied.push([fact.id, nowMs()]));
await plane.ready();
applied = [];
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
while ((await requests.next()).done !== true) {
  process.stdout.write(`${JSON.stringify({ applied })}\n`);
  applied = [];
}
await plane.close();
