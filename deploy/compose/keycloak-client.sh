#!/bin/bash
# The registry's service client in master, with the one role it needs: it may create realms and has
# power over those alone. Never deleted or made anew: a new client has lost all its realms.
set -euo pipefail

kcadm() { /opt/keycloak/bin/kcadm.sh "$@" --config /tmp/kcadm.config; }

kcadm config credentials --server http://keycloak:8080 --realm master \
  --user admin --password "$KEYCLOAK_ADMIN_PASSWORD"

secret=$(</run/secrets/keycloak-client-secret)
kcadm create partialImport -r master -f - <<END
{
  "ifResourceExists": "SKIP",
  "clients": [
    {
      "clientId": "$KEYCLOAK_CLIENT_ID",
      "secret": "$secret",
      "publicClient": false,
      "serviceAccountsEnabled": true,
      "standardFlowEnabled": false,
      "directAccessGrantsEnabled": false,
      "attributes": { "client.use.lightweight.access.token.enabled": "true" }
    }
  ],
  "users": [
    {
      "username": "service-account-$KEYCLOAK_CLIENT_ID",
      "serviceAccountClientId": "$KEYCLOAK_CLIENT_ID",
      "enabled": true,
      "realmRoles": ["create-realm"]
    }
  ]
}
END
