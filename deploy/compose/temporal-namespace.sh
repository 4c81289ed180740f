#!/bin/sh
# The namespace of all sagas and the search attributes that operators look for; repeatable.
set -eu

temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention 720h

known=$(temporal operator search-attribute list -n "$TEMPORAL_NAMESPACE")
for name in TenantId SagaStep SagaState; do
  case $known in
    *"$name"*) ;;
    *) temporal operator search-attribute create -n "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword ;;
  esac
done
