-- Written by tools/schema-dump.ts from a migrated database. Do not edit.

CREATE TABLE audit (
  id bigint NOT NULL DEFAULT nextval('audit_id_seq'::regclass),
  tenant uuid NOT NULL,
  operation uuid NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  detail jsonb NOT NULL,
  at timestamp(3) with time zone NOT NULL,
  CONSTRAINT audit_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_by_tenant ON public.audit USING btree (tenant, id);
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON audit FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON audit FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON audit FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT USAGE ON SEQUENCE audit_id_seq TO tenure_worker;
GRANT SELECT ON audit TO tenure_operator;
GRANT INSERT ON audit TO tenure_worker;

CREATE TABLE catalog (
  kind text NOT NULL,
  name text NOT NULL,
  body jsonb NOT NULL,
  CONSTRAINT catalog_kind_name_pk PRIMARY KEY (kind, name)
);
ALTER TABLE catalog ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_reads ON catalog FOR SELECT TO tenure_api USING (true);
CREATE POLICY tenure_operator_reads ON catalog FOR SELECT TO tenure_operator USING (true);
CREATE POLICY tenure_worker_reads ON catalog FOR SELECT TO tenure_worker USING (true);
CREATE POLICY tenure_worker_writes ON catalog FOR ALL TO tenure_worker USING (((current_setting('app.tenant'::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK (((current_setting('app.tenant'::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));
GRANT SELECT ON catalog TO tenure_api;
GRANT SELECT ON catalog TO tenure_operator;
GRANT DELETE, INSERT, SELECT, UPDATE ON catalog TO tenure_worker;

CREATE TABLE commits (
  operation uuid NOT NULL,
  step text NOT NULL,
  tenant uuid NOT NULL,
  command_hash text NOT NULL,
  facts jsonb NOT NULL,
  CONSTRAINT commits_operation_step_pk PRIMARY KEY (operation, step)
);
ALTER TABLE commits ENABLE ROW LEVEL SECURITY;
ALTER TABLE commits FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON commits FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON commits FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON commits FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON commits TO tenure_operator;
GRANT INSERT, SELECT ON commits TO tenure_worker;

CREATE TABLE domains (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  claimed_at timestamp(3) with time zone NOT NULL,
  proven_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  lost_to uuid,
  CONSTRAINT domains_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT domains_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
CREATE INDEX domains_by_age ON public.domains USING btree (tenant, claimed_at, id);
CREATE INDEX domains_lost_to ON public.domains USING btree (lost_to) WHERE (lost_to IS NOT NULL);
CREATE UNIQUE INDEX domains_open_name ON public.domains USING btree (tenant, name) WHERE (state = ANY (ARRAY['claimed'::text, 'proven'::text, 'active'::text, 'removing'::text]));
CREATE UNIQUE INDEX domains_owned_name ON public.domains USING btree (name) WHERE (state = ANY (ARRAY['proven'::text, 'active'::text, 'removing'::text]));
ALTER TABLE domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE domains FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON domains FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON domains FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON domains FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_worker_owners ON domains FOR SELECT TO tenure_worker USING ((state = ANY (ARRAY['proven'::text, 'active'::text, 'removing'::text, 'lost'::text])));
GRANT INSERT, SELECT ON domains TO tenure_api;
GRANT SELECT ON domains TO tenure_operator;
GRANT DELETE, SELECT, UPDATE (ended_at), UPDATE (lost_to), UPDATE (proven_at), UPDATE (state) ON domains TO tenure_worker;

CREATE TABLE entitlements (
  tenant uuid NOT NULL,
  product text NOT NULL,
  plan text NOT NULL,
  limits jsonb NOT NULL,
  CONSTRAINT entitlements_tenant_product_pk PRIMARY KEY (tenant, product),
  CONSTRAINT entitlements_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
ALTER TABLE entitlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE entitlements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON entitlements FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON entitlements FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON entitlements FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON entitlements TO tenure_api;
GRANT SELECT ON entitlements TO tenure_operator;
GRANT DELETE, INSERT, SELECT, UPDATE ON entitlements TO tenure_worker;

CREATE TABLE facts (
  index bigint NOT NULL,
  shard smallint NOT NULL,
  "position" bigint NOT NULL,
  tenant uuid NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  payload bytea NOT NULL,
  leaf_hash bytea NOT NULL,
  key_id text NOT NULL,
  signature bytea NOT NULL,
  CONSTRAINT facts_id_once UNIQUE (id),
  CONSTRAINT facts_pkey PRIMARY KEY (index),
  CONSTRAINT facts_position_once UNIQUE (shard, "position"),
  CONSTRAINT facts_seq_once UNIQUE (tenant, seq)
);
ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE facts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_operator_all ON facts FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_sequencer_all ON facts FOR ALL TO tenure_sequencer USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON facts FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON facts TO tenure_operator;
GRANT INSERT, SELECT ON facts TO tenure_sequencer;

CREATE TABLE idempotency_keys (
  caller text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  operation uuid NOT NULL,
  operation_tenant uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT idempotency_keys_caller_route_key_pk PRIMARY KEY (caller, route, key)
);
GRANT INSERT, SELECT ON idempotency_keys TO tenure_api;
GRANT DELETE, SELECT ON idempotency_keys TO tenure_worker;

CREATE TABLE invitations (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  member uuid NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL,
  roles text[] NOT NULL,
  state text NOT NULL,
  mailing integer NOT NULL DEFAULT 0,
  token_hash bytea,
  invited_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  ended_by text,
  issuer text,
  sub text,
  settled_at timestamp(3) with time zone,
  CONSTRAINT invitations_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT invitations_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
CREATE INDEX invitations_accepted_email ON public.invitations USING btree (tenant, email_key) WHERE (state = 'accepted'::text);
CREATE INDEX invitations_by_age ON public.invitations USING btree (tenant, invited_at, id);
CREATE INDEX invitations_open_email ON public.invitations USING btree (email_key) WHERE ((state = 'pending'::text) OR (settled_at IS NULL));
CREATE INDEX invitations_unsettled ON public.invitations USING btree (ended_at) WHERE ((state <> 'pending'::text) AND (settled_at IS NULL));
CREATE UNIQUE INDEX invitations_pending_email ON public.invitations USING btree (tenant, email_key) WHERE (state = 'pending'::text);
CREATE UNIQUE INDEX invitations_token ON public.invitations USING btree (tenant, token_hash);
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON invitations FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON invitations FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON invitations FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_worker_unsettled ON invitations FOR SELECT TO tenure_worker USING (((state <> 'pending'::text) AND (settled_at IS NULL)));
GRANT INSERT, SELECT, UPDATE (ended_at), UPDATE (ended_by), UPDATE (issuer), UPDATE (state), UPDATE (sub), UPDATE (token_hash) ON invitations TO tenure_api;
GRANT SELECT (email_key), SELECT (settled_at), SELECT (state), SELECT (tenant) ON invitations TO tenure_operator;
GRANT DELETE, SELECT, UPDATE (ended_at), UPDATE (expires_at), UPDATE (mailing), UPDATE (settled_at), UPDATE (state), UPDATE (token_hash) ON invitations TO tenure_worker;

CREATE TABLE key_sets (
  version bigint NOT NULL,
  note text NOT NULL,
  CONSTRAINT key_sets_pkey PRIMARY KEY (version)
);
GRANT SELECT ON key_sets TO tenure_operator;
GRANT SELECT ON key_sets TO tenure_sequencer;

CREATE TABLE log_head (
  "only" boolean NOT NULL,
  next_index bigint NOT NULL,
  fence bigint NOT NULL,
  key_set bigint NOT NULL DEFAULT 0,
  epoch bigint NOT NULL DEFAULT 1,
  incarnation text NOT NULL DEFAULT ''::text,
  CONSTRAINT log_head_one_row CHECK ("only"),
  CONSTRAINT log_head_pkey PRIMARY KEY ("only")
);
GRANT SELECT ON log_head TO tenure_operator;
GRANT SELECT, UPDATE ON log_head TO tenure_sequencer;
GRANT SELECT (epoch) ON log_head TO tenure_worker;

CREATE TABLE log_nodes (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT log_nodes_level_index_pk PRIMARY KEY (level, index)
);
GRANT SELECT ON log_nodes TO tenure_operator;
GRANT INSERT, SELECT ON log_nodes TO tenure_sequencer;

CREATE TABLE log_notes (
  kind text NOT NULL,
  note text NOT NULL,
  CONSTRAINT log_notes_pkey PRIMARY KEY (kind)
);
GRANT SELECT ON log_notes TO tenure_operator;
GRANT INSERT, SELECT, UPDATE ON log_notes TO tenure_sequencer;

CREATE TABLE memberships (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  state text NOT NULL,
  issuer text,
  sub text,
  roles text[] NOT NULL,
  CONSTRAINT memberships_tenant_id_pk PRIMARY KEY (tenant, id),
  CONSTRAINT memberships_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
CREATE INDEX memberships_by_identity ON public.memberships USING btree (issuer, sub);
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON memberships FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON memberships FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON memberships FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON memberships TO tenure_api;
GRANT SELECT ON memberships TO tenure_operator;
GRANT DELETE, INSERT, SELECT, UPDATE ON memberships TO tenure_worker;

CREATE TABLE operations (
  id uuid NOT NULL,
  kind text NOT NULL,
  tenant uuid NOT NULL,
  actor text NOT NULL,
  input jsonb NOT NULL,
  state text NOT NULL,
  reason jsonb,
  steps jsonb NOT NULL,
  holds_lock boolean NOT NULL,
  accepted_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  ended_at timestamp(3) with time zone,
  barred boolean NOT NULL DEFAULT false,
  CONSTRAINT operations_pkey PRIMARY KEY (id)
);
CREATE INDEX operations_by_age ON public.operations USING btree (accepted_at, id);
CREATE INDEX operations_by_state ON public.operations USING btree (state, accepted_at, id);
CREATE INDEX operations_by_tenant ON public.operations USING btree (tenant, accepted_at, id);
CREATE UNIQUE INDEX operations_open_move ON public.operations USING btree (tenant) WHERE ((kind = 'moveTenant'::text) AND (ended_at IS NULL));
CREATE UNIQUE INDEX operations_tenant_lock ON public.operations USING btree (tenant) WHERE holds_lock;
ALTER TABLE operations ENABLE ROW LEVEL SECURITY;
ALTER TABLE operations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON operations FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON operations FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_sequencer_by_operation ON operations FOR SELECT TO tenure_sequencer USING ((id = (NULLIF(current_setting('app.operation'::text, true), ''::text))::uuid));
CREATE POLICY tenure_worker_by_operation ON operations FOR SELECT TO tenure_worker USING ((id = (NULLIF(current_setting('app.operation'::text, true), ''::text))::uuid));
CREATE POLICY tenure_worker_by_tenant ON operations FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_worker_unstarted ON operations FOR SELECT TO tenure_worker USING ((state = 'accepted'::text));
GRANT INSERT, SELECT ON operations TO tenure_api;
GRANT SELECT, UPDATE (state) ON operations TO tenure_operator;
GRANT SELECT (id), SELECT (tenant) ON operations TO tenure_sequencer;
GRANT INSERT, SELECT, UPDATE (barred), UPDATE (ended_at), UPDATE (holds_lock), UPDATE (input), UPDATE (reason), UPDATE (state), UPDATE (steps) ON operations TO tenure_worker;

CREATE TABLE outbox (
  id bigint NOT NULL DEFAULT nextval('outbox_id_seq'::regclass),
  fact uuid NOT NULL,
  tenant uuid NOT NULL,
  seq bigint NOT NULL,
  leaf_hash bytea NOT NULL,
  payload bytea NOT NULL,
  CONSTRAINT outbox_fact_once UNIQUE (fact),
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_seq_once UNIQUE (tenant, seq)
);
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_operator_all ON outbox FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_sequencer_all ON outbox FOR ALL TO tenure_sequencer USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON outbox FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT USAGE ON SEQUENCE outbox_id_seq TO tenure_worker;
GRANT DELETE, SELECT ON outbox TO tenure_sequencer;
GRANT INSERT ON outbox TO tenure_worker;

CREATE TABLE plane_receipts (
  plane text NOT NULL,
  at timestamp(3) with time zone NOT NULL,
  epoch bigint NOT NULL,
  size bigint NOT NULL,
  shards bytea NOT NULL,
  CONSTRAINT plane_receipts_plane_at_pk PRIMARY KEY (plane, at),
  CONSTRAINT plane_receipts_plane_planes_name_fk FOREIGN KEY (plane) REFERENCES planes(name) ON DELETE CASCADE
);
GRANT DELETE, INSERT, SELECT ON plane_receipts TO tenure_operator;

CREATE TABLE planes (
  name text NOT NULL,
  key text NOT NULL,
  added_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT planes_pkey PRIMARY KEY (name)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON planes TO tenure_operator;

CREATE TABLE product_requests (
  id uuid NOT NULL,
  tenant uuid NOT NULL,
  product text NOT NULL,
  state text NOT NULL,
  limits jsonb NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamp(3) with time zone NOT NULL,
  answered_at timestamp(3) with time zone,
  CONSTRAINT product_requests_pkey PRIMARY KEY (id),
  CONSTRAINT product_requests_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
CREATE INDEX product_requests_by_tenant ON public.product_requests USING btree (tenant, requested_at, id);
CREATE UNIQUE INDEX product_requests_pending ON public.product_requests USING btree (tenant, product) WHERE (state = 'pending'::text);
ALTER TABLE product_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON product_requests FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON product_requests FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON product_requests FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT, SELECT ON product_requests TO tenure_api;
GRANT SELECT ON product_requests TO tenure_operator;
GRANT SELECT, UPDATE ON product_requests TO tenure_worker;

CREATE TABLE reconciliations (
  operation uuid NOT NULL,
  tenant uuid NOT NULL,
  repair boolean NOT NULL,
  findings jsonb NOT NULL,
  begun uuid[] NOT NULL,
  examined_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT reconciliations_operation_operations_id_fk FOREIGN KEY (operation) REFERENCES operations(id),
  CONSTRAINT reconciliations_pkey PRIMARY KEY (operation)
);
CREATE INDEX reconciliations_by_tenant ON public.reconciliations USING btree (tenant, examined_at);
ALTER TABLE reconciliations ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconciliations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON reconciliations FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON reconciliations FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON reconciliations FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON reconciliations TO tenure_api;
GRANT SELECT ON reconciliations TO tenure_operator;
GRANT INSERT, SELECT, UPDATE ON reconciliations TO tenure_worker;

CREATE TABLE saga_keys (
  tenant uuid NOT NULL,
  sealed bytea,
  made_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  condemned_at timestamp(3) with time zone,
  CONSTRAINT saga_keys_pkey PRIMARY KEY (tenant)
);
ALTER TABLE saga_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE saga_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON saga_keys FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON saga_keys FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_sequencer_by_tenant ON saga_keys FOR ALL TO tenure_sequencer USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_worker_by_tenant ON saga_keys FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT, SELECT, UPDATE ON saga_keys TO tenure_operator;
GRANT INSERT, SELECT ON saga_keys TO tenure_sequencer;
GRANT INSERT, SELECT, UPDATE (condemned_at) ON saga_keys TO tenure_worker;

CREATE TABLE secrets (
  tenant uuid NOT NULL,
  name text NOT NULL,
  sealed bytea NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT secrets_tenant_name_pk PRIMARY KEY (tenant, name)
);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_shows_link ON secrets FOR SELECT TO tenure_api USING (((tenant = (current_setting('app.tenant'::text))::uuid) AND (name = 'invite-link'::text)));
CREATE POLICY tenure_api_stores ON secrets FOR INSERT TO tenure_api WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_worker_by_tenant ON secrets FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT, SELECT ON secrets TO tenure_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON secrets TO tenure_worker;

CREATE TABLE shard_heads (
  shard smallint NOT NULL,
  "position" bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT shard_heads_pkey PRIMARY KEY (shard)
);
GRANT SELECT ON shard_heads TO tenure_operator;
GRANT SELECT, UPDATE ON shard_heads TO tenure_sequencer;

CREATE TABLE state_nodes (
  hash bytea NOT NULL,
  file bytea NOT NULL,
  round bigint NOT NULL,
  dropped_at timestamp(3) with time zone,
  CONSTRAINT state_nodes_pkey PRIMARY KEY (hash)
);
CREATE INDEX state_nodes_dropped ON public.state_nodes USING btree (dropped_at) WHERE (dropped_at IS NOT NULL);
CREATE INDEX state_nodes_round ON public.state_nodes USING btree (round);
GRANT SELECT ON state_nodes TO tenure_operator;
GRANT DELETE, INSERT, SELECT, UPDATE ON state_nodes TO tenure_sequencer;

CREATE TABLE tenant_heads (
  tenant uuid NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT tenant_heads_pkey PRIMARY KEY (tenant)
);
ALTER TABLE tenant_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON tenant_heads FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON tenant_heads FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON tenant_heads FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT ON tenant_heads TO tenure_api;
GRANT SELECT, UPDATE ON tenant_heads TO tenure_worker;

CREATE TABLE tenants (
  id uuid NOT NULL,
  slug text NOT NULL,
  host text NOT NULL,
  display_name text NOT NULL,
  state text NOT NULL,
  isolation text NOT NULL,
  plan text NOT NULL,
  demo boolean NOT NULL,
  issuer text,
  database_url text,
  created_at timestamp(3) with time zone NOT NULL,
  state_before text,
  offboarding uuid,
  archived_at timestamp(3) with time zone,
  holds_slug boolean NOT NULL DEFAULT true,
  CONSTRAINT tenants_pkey PRIMARY KEY (id)
);
CREATE INDEX tenants_by_age ON public.tenants USING btree (created_at, id);
CREATE UNIQUE INDEX tenants_host_reserved ON public.tenants USING btree (host) WHERE ((state <> 'failed'::text) AND holds_slug);
CREATE UNIQUE INDEX tenants_slug_reserved ON public.tenants USING btree (slug) WHERE ((state <> 'failed'::text) AND holds_slug);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON tenants FOR ALL TO tenure_api USING ((id = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((id = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON tenants FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON tenants FOR ALL TO tenure_worker USING ((id = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((id = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT, SELECT ON tenants TO tenure_api;
GRANT SELECT, UPDATE (holds_slug) ON tenants TO tenure_operator;
GRANT SELECT, UPDATE ON tenants TO tenure_worker;

CREATE TABLE trials (
  tenant uuid NOT NULL,
  operation uuid NOT NULL,
  provisioned_by uuid NOT NULL,
  state text NOT NULL,
  ends_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT trials_pkey PRIMARY KEY (tenant),
  CONSTRAINT trials_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
ALTER TABLE trials ENABLE ROW LEVEL SECURITY;
ALTER TABLE trials FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON trials FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON trials FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON trials FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT SELECT ON trials TO tenure_api;
GRANT SELECT ON trials TO tenure_operator;
GRANT INSERT, SELECT, UPDATE ON trials TO tenure_worker;

CREATE TABLE usage (
  tenant uuid NOT NULL,
  product text NOT NULL,
  limit_name text NOT NULL,
  used bigint NOT NULL,
  reported_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT usage_tenant_product_limit_name_pk PRIMARY KEY (tenant, product, limit_name),
  CONSTRAINT usage_tenant_tenants_id_fk FOREIGN KEY (tenant) REFERENCES tenants(id)
);
ALTER TABLE usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenure_api_by_tenant ON usage FOR ALL TO tenure_api USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
CREATE POLICY tenure_operator_all ON usage FOR ALL TO tenure_operator USING (true) WITH CHECK (true);
CREATE POLICY tenure_worker_by_tenant ON usage FOR ALL TO tenure_worker USING ((tenant = (current_setting('app.tenant'::text))::uuid)) WITH CHECK ((tenant = (current_setting('app.tenant'::text))::uuid));
GRANT INSERT, SELECT, UPDATE ON usage TO tenure_api;
GRANT SELECT ON usage TO tenure_operator;
GRANT SELECT ON usage TO tenure_worker;
