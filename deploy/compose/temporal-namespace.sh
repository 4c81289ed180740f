#!/bin/sh
# The namespace of all sagas and the search attributes that operators look for; repeatable.
set -eu

temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention 720h

# The server hears of its own new namespace some seconds later.
tries=0
until known=$(temporal operator search-attribute list -n "$TEMPORAL_NAMESPACE"); do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ]
  sleep 1
done

for name in TenantId SagaStep SagaState; do
  case $known in
    *"$name"*) ;;
    *) temporal operator search-attribute create -n "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword ;;
  esac
done
