#!/bin/sh
# Runs once, on an empty data folder: the databases of the three products, and a login for each
# process of the registry that can take that process's role and no other (DESIGN 7).
set -eu

# user:password of postgres://user:password@host...
login_of() { sed 's#^postgres://\([^@]*\)@.*#\1#' "/run/secrets/$1-database-url"; }

run() { psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$1"; }

run postgres <<END
CREATE ROLE temporal LOGIN PASSWORD '$TEMPORAL_DATABASE_PASSWORD';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE ROLE keycloak LOGIN PASSWORD '$KEYCLOAK_DATABASE_PASSWORD';
CREATE DATABASE keycloak OWNER keycloak;
CREATE ROLE tenure_owner NOLOGIN;
CREATE ROLE tenure_operator NOLOGIN;
CREATE DATABASE tenure OWNER tenure_owner;
REVOKE CONNECT ON DATABASE tenure, temporal, temporal_visibility, keycloak FROM PUBLIC;
GRANT CONNECT ON DATABASE tenure TO tenure_owner;
END

for process in migrate api worker sequencer; do
  login=$(login_of "$process")
  role=tenure_$process
  [ "$process" = migrate ] && role=tenure_owner
  [ "$process" = migrate ] || echo "CREATE ROLE $role NOLOGIN;" | run postgres
  run postgres <<END
CREATE ROLE ${login%%:*} LOGIN PASSWORD '${login#*:}' IN ROLE $role;
GRANT CONNECT ON DATABASE tenure TO ${login%%:*};
END
done

# Migrations hand out grants, so their login may take every role.
run postgres <<END
GRANT tenure_api, tenure_worker, tenure_sequencer, tenure_operator TO tenure_migrate_login;
END

# Every caller of the API is an operator as long as it knows no tokens of tenants: it lists all.
run postgres <<END
GRANT tenure_operator TO tenure_api_login;
END

# The doctor reads across tenants, and its schedule asks for operations as a caller of the API does.
run postgres <<END
GRANT tenure_operator, tenure_api TO tenure_worker_login;
END
