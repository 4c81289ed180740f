import { createMemorySales } from '../../adapters/memory/sales.ts';
import { salesStoreContract } from './sales-store.ts';

salesStoreContract('memory', async () => ({ store: createMemorySales(), tenants: ['a', 'b'] }));
