import { createMemoryPlaneStore } from '../../adapters/memory/planes.ts';
import { planeStoreContract } from './plane-store.ts';

planeStoreContract('memory', async () => createMemoryPlaneStore());
