import { createMemoryRoutes } from '../../adapters/memory/routes.ts';
import { routesContract } from './routes.ts';

routesContract('memory', async () => {
  const routes = createMemoryRoutes();
  return {
    routes,
    plant: async (slug, route) => routes.plant(slug, route),
    look: async (slug) => {
      const entry = routes.find(slug);
      return entry && { host: entry.host, mark: entry.owner };
    },
    snapshot: async (slug) => routes.find(slug),
    isOpen: async (slug) => routes.find(slug)?.suspended === undefined,
    ways: {
      host: async (slug) => {
        const entry = routes.find(slug);
        if (entry !== undefined) routes.plant(slug, { ...entry, host: 'evil.saas.test' });
      },
    },
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
});
