#!/bin/sh
# Makes the passwords, keys and tokens of docker-compose.yml, once: what is there stays as it is.
# A shell script, because it runs where there may be no Node.
set -eu
cd "$(dirname "$0")/../.."

folder=deploy/compose/secrets
umask 077
mkdir -p "$folder"

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
random_key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

# The folder is closed to others. The files are not, because containers read them as other users.
secret() {
  [ -s "$folder/$1" ] && return 0
  printf '%s\n' "$2" >"$folder/$1"
  chmod 644 "$folder/$1"
}

secret postgres-password "$(random_hex)"
for process in migrate api worker sequencer; do
  secret "$process-database-url" \
    "postgres://tenure_${process}_login:$(random_hex)@postgres:5432/tenure"
done
secret operator-token "$(random_hex)"
secret reader-token "$(random_hex)"
secret secrets-key "$(random_key)"
secret keycloak-client-secret "$(random_hex)"
secret clickhouse-password "$(random_hex)"
# NATS reads a password that begins with a digit as a number.
secret nats-url "nats://sequencer:s$(random_hex)@nats:4222"

# The log's keys are made by the service "keys", which runs as the owner of these folders.
mkdir -p deploy/compose/keys deploy/compose/root

# Images that know no secret files get these by Compose's own environment file.
if [ ! -s .env ]; then
  cat >.env <<END
TENURE_UID=$(id -u)
TENURE_GID=$(id -g)
KEYCLOAK_ADMIN_PASSWORD=$(random_hex)
KEYCLOAK_DATABASE_PASSWORD=$(random_hex)
TEMPORAL_DATABASE_PASSWORD=$(random_hex)
NATS_SEQUENCER_PASSWORD=$(sed 's#.*:\(.*\)@.*#\1#' "$folder/nats-url")
NATS_READER_PASSWORD=r$(random_hex)
END
fi
echo "secrets are in $folder and .env"
