// Every file that a program writes, and the program. With --check it writes nothing and fails when
// the committed file differs from what it would write now.
export type Generator = { writes: string; script: string };

export const GENERATORS: readonly Generator[] = [
  { writes: 'openapi.yaml', script: 'tools/openapi.ts' },
  { writes: 'docs/reference/errors.md', script: 'tools/errors-reference.ts' },
  { writes: 'docs/reference/sagas.md', script: 'tools/sagas-reference.ts' },
  { writes: 'sdk/typescript/README.md', script: 'tools/kit/readme.ts' },
  { writes: 'sdk/go/README.md', script: 'tools/kit/go-readme.ts' },
  { writes: 'sdk/python/README.md', script: 'tools/kit/python-readme.ts' },
  { writes: 'sdk/rust/README.md', script: 'tools/kit/rust-readme.ts' },
  { writes: 'facts/spec/vectors/', script: 'tools/vectors/write.ts' },
  { writes: 'docs/reference/configuration.md', script: 'tools/config-reference.ts' },
  { writes: 'docs/reference/cli.md', script: 'tools/cli-reference.ts' },
];
