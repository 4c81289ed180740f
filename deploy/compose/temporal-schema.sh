#!/bin/sh
# Temporal's own tables, brought to the version of this image; repeatable.
set -eu

sql() {
  temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$1" "$2" "$3" "$4"
}

for database in temporal temporal_visibility; do
  folder=${database#temporal_}
  # Refused when the tables are there already; the update below says what is really wrong.
  sql "$database" setup-schema -v 0.0 || true
  sql "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
