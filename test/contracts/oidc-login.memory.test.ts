import { createMemoryLogin } from '../../adapters/memory/login.ts';
import { oidcLoginContract } from './oidc-login.ts';

oidcLoginContract('memory', async () => {
  const memory = createMemoryLogin('https://tenure.test/invitations/callback');
  const back = async (url: string) => new URL(url).searchParams;
  const place = {
    slug: 'acme',
    isolation: 'silo',
    issuer: 'https://id.tenure.test/realms/acme',
  } as const;
  return {
    login: memory.login,
    place,
    person: { email: 'grace@acme.example', emailVerified: true },
    signIn: back,
    cancel: async (url) => {
      const query = await back(url);
      query.delete('code');
      query.set('error', 'access_denied');
      return query;
    },
    whileSilent: async (during) => {
      memory.reachable = false;
      await during(place);
      memory.reachable = true;
    },
    close: async () => undefined,
  };
});
