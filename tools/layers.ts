// Who may import whom: the table of DESIGN 2 as data, turned into one rule per folder.
// `values` are edges that Node loads; `types` are folders of which `import type` is allowed too.
import { builtinModules } from 'node:module';

const NODE_BUILTINS = `^(node:)?(${builtinModules.join('|')})$`;
const NPM = '^node_modules/';
const FACTS = '^facts/';
const CONTRACTS = '^workflows/[^/]+/contract\\.ts$';
const WORKFLOW_SDK = '^node_modules/@temporalio/(workflow|common)/';
const ED25519 = ['^(node:)?crypto$', '^node_modules/@noble/ed25519/'];
const TESTS = '\\.test\\.ts$';

export type Layer = {
  name: string;
  /** The folder as a pattern over paths of the repository. */
  folder: string;
  /** A rule per subfolder: the folder with one group, and the subfolder itself by that group. */
  perSubfolder?: { capture: string; itself: string };
  /** What has a row of its own. */
  except?: string;
  values: readonly string[];
  types: readonly string[];
  /** What to do instead of an import that the rule forbids. */
  instead: string;
};

export const LAYERS: readonly Layer[] = [
  {
    name: 'facts-core',
    folder: '^facts/core/',
    values: [],
    types: [],
    instead: 'It is loaded inside workflows and by every kit. Pass the value in as an argument.',
  },
  {
    name: 'facts-crypto',
    folder: '^facts/crypto/',
    values: ['^facts/core/', ...ED25519],
    types: [],
    instead: 'Verifying and signing are functions over bytes. Read keys and files at the edge.',
  },
  {
    name: 'facts-log',
    folder: '^facts/log/',
    values: ['^facts/core/', '^facts/crypto/', ...ED25519, '^(node:)?zlib$'],
    types: [],
    instead: 'The log is functions over hashes. Storage calls it, never the other way round.',
  },
  {
    name: 'domain',
    folder: '^domain/',
    values: ['^facts/core/'],
    types: [],
    instead:
      'Rules take state, command and time as arguments. What needs I/O is a use case: registry/.',
  },
  {
    name: 'ports',
    folder: '^ports/',
    values: ['^domain/', '^facts/core/'],
    types: [],
    instead: 'A port is a role in our own words. A library type in it belongs into the adapter.',
  },
  {
    name: 'registry',
    folder: '^registry/',
    values: ['^ports/', '^domain/', FACTS],
    types: [],
    instead: 'Take what you need as a port, and let wiring/ bring the adapter.',
  },
  {
    name: 'workflow-contracts',
    folder: CONTRACTS,
    values: ['^domain/', '^facts/core/', CONTRACTS, WORKFLOW_SDK],
    // What every saga's query answers is said once, in workflows/shared/contract.ts.
    types: ['^workflows/shared/'],
    instead:
      'Callers load contracts without the workflow: names and shapes only, nothing that runs.',
  },
  {
    name: 'workflow-library',
    folder: '^workflows/shared/',
    values: ['^domain/', '^facts/core/', WORKFLOW_SDK],
    types: [],
    instead: 'Make the shared piece an argument: the library knows no single saga.',
  },
  {
    name: 'workflows',
    folder: '^workflows/(?!shared/|all\\.ts$)[^/]+/(?!contract\\.ts$)',
    perSubfolder: {
      itself: '^workflows/$1/',
      capture: '^workflows/(?!shared/|all\\.ts$)([^/]+)/(?!contract\\.ts$)',
    },
    values: [CONTRACTS, '^workflows/shared/', '^domain/', '^facts/core/', WORKFLOW_SDK],
    types: ['^activities/'],
    instead: 'Do it in an activity and import its type only: a workflow has no I/O and replays.',
  },
  {
    name: 'workflow-list',
    folder: '^workflows/all\\.ts$',
    values: ['^workflows/[^/]+/workflow\\.ts$'],
    types: [],
    instead: 'It names the workflows for the bundle and holds nothing of its own.',
  },
  {
    name: 'saga-tables',
    folder: '^workflows/tables\\.ts$',
    values: ['^workflows/[^/]+/workflow\\.ts$', '^domain/'],
    types: ['^workflows/shared/'],
    instead: 'It names the tables of the sagas and what cannot be derived from them.',
  },
  {
    name: 'activities',
    folder: '^activities/',
    values: [
      '^registry/',
      '^ports/',
      '^domain/',
      '^facts/core/',
      CONTRACTS,
      '^node_modules/@temporalio/(activity|common)/',
    ],
    types: [],
    instead: 'Take a port as an argument of createXActivities; the worker hands over the adapter.',
  },
  {
    name: 'adapters',
    folder: '^adapters/',
    perSubfolder: { itself: '^adapters/$1/', capture: '^adapters/([^/]+)/' },
    values: ['^ports/', '^domain/', FACTS, NODE_BUILTINS, NPM],
    types: [],
    except: '^adapters/postgres/',
    instead:
      'Adapters know their port only. What two need is a port or belongs into domain/ or facts/.',
  },
  {
    name: 'postgres-adapter',
    folder: '^adapters/postgres/',
    values: ['^ports/', '^domain/', FACTS, '^drizzle/', NODE_BUILTINS, NPM],
    types: [],
    instead: 'It knows its ports and the schema. What another adapter has too belongs below.',
  },
  {
    name: 'drizzle',
    folder: '^drizzle/',
    values: [NODE_BUILTINS, '^node_modules/(drizzle-orm|drizzle-kit)/'],
    types: ['^domain/', '^facts/core/'],
    instead:
      'The schema is tables, policies and nothing that runs. Queries live in adapters/postgres.',
  },
  {
    name: 'wiring',
    folder: '^wiring/',
    values: ['^adapters/', '^ports/', NODE_BUILTINS, NPM],
    types: ['^domain/', FACTS],
    instead: 'Wiring reads configuration and constructs adapters. Decisions belong into registry/.',
  },
  {
    name: 'api',
    folder: '^api/',
    values: ['^registry/', '^ports/', '^domain/', CONTRACTS, '^wiring/', NODE_BUILTINS, NPM],
    types: ['^facts/core/'],
    instead:
      'A route calls a use case of registry/ or a port; it knows no adapter and no workflow.',
  },
  {
    name: 'workers',
    folder: '^workers/',
    values: [
      '^registry/',
      '^ports/',
      '^domain/',
      '^workflows/',
      '^wiring/',
      '^activities/',
      FACTS,
      '^sdk/typescript/',
      NODE_BUILTINS,
      NPM,
    ],
    types: [],
    instead: 'A worker puts activities, workflows and wiring together; adapters come from wiring/.',
  },
  {
    name: 'cli',
    folder: '^cli/',
    values: [
      '^registry/',
      '^ports/',
      '^domain/',
      CONTRACTS,
      '^wiring/',
      FACTS,
      '^sdk/typescript/',
      NODE_BUILTINS,
      NPM,
    ],
    types: [],
    instead: 'A command calls the API, a use case or wiring/; it has no rules of its own.',
  },
  {
    name: 'sdk',
    folder: '^sdk/typescript/',
    // The sample imports the kit by its name, as users do; it resolves once the kit was built.
    values: [FACTS, NODE_BUILTINS, NPM, '^@tenure/data-plane$'],
    types: [],
    instead: 'The kit runs at customers without the registry: it may know facts/ and nothing else.',
  },
];

type Rule = {
  name: string;
  severity: 'error';
  comment: string;
  from: { path: string | string[]; pathNot: string[] };
  to: { pathNot?: string[]; dependencyTypes?: string[]; dependencyTypesNot?: string[] };
};

function rulesOf(layer: Layer): Rule[] {
  const { name, instead, folder, perSubfolder, except } = layer;
  const from = {
    path: perSubfolder?.capture ?? folder,
    pathNot: [TESTS, ...(except ? [except] : [])],
  };
  const values = [perSubfolder?.itself ?? folder, ...layer.values];
  const rule = { severity: 'error', comment: instead, from } as const;
  return [
    { ...rule, name, to: { pathNot: values, dependencyTypesNot: ['type-only'] } },
    {
      ...rule,
      name: `${name}-types`,
      to: { pathNot: [...values, ...layer.types], dependencyTypes: ['type-only'] },
    },
  ];
}

export const FORBIDDEN_IMPORTS: readonly Rule[] = [
  ...LAYERS.flatMap(rulesOf),
  {
    name: 'no-dev-dependency-in-product',
    severity: 'error',
    comment: 'Move the package to "dependencies": an installation for production does not have it.',
    from: { path: LAYERS.map(({ folder }) => folder), pathNot: [TESTS] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
  },
];
