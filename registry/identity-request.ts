import { originOf } from '../domain/host.ts';
import { identityProviderSecret, type ProvisionInput } from '../domain/requests.ts';
import type { ExternalIdentityProvider, IdentityRequest } from '../ports/identity-provider.ts';
import type { Secrets } from '../ports/secrets.ts';

/** What the identity provider is asked for, of the request that made the tenant. */
export async function identityRequestOf(
  secrets: Secrets,
  tenant: string,
  input: ProvisionInput,
): Promise<IdentityRequest> {
  const { slug, displayName, host, adminEmail, adminUserId } = input;
  const identityProviders = await withSecrets(secrets, tenant, input);
  return {
    ...{ slug, displayName, adminEmail, adminUserId, identityProviders },
    origin: originOf(host),
  };
}

function withSecrets(
  secrets: Secrets,
  tenant: string,
  input: ProvisionInput,
): Promise<ExternalIdentityProvider[]> {
  return Promise.all(
    input.identityProviders.map(async (provider) => {
      const clientSecret = await secrets.find(tenant, identityProviderSecret(provider.alias));
      if (clientSecret === undefined) throw new Error(`no secret of provider ${provider.alias}`);
      return { ...provider, clientSecret };
    }),
  );
}
