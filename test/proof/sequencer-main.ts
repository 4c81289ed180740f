import { runProcess } from '../../wiring/process.ts';
import { startSequencing } from '../../workers/sequencing.ts';
import { Breaks } from './breaks.ts';
import { ORDERS_VARIABLE, receiveOrders } from './orders.ts';

/* The sequencer's process of a proof: the registry's own, its `sign` broken as it is ordered. */
await runProcess('sequencer', async (config) => {
  const breaks = new Breaks();
  const orders = process.env[ORDERS_VARIABLE] ?? '';
  const { tell } = await receiveOrders('sequencer', orders, (message) => breaks.hear(message));
  breaks.tellBy(tell);
  return startSequencing(config, (activities) => breaks.activities(activities));
});
