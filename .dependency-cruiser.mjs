// dependency-cruiser reads this; what it holds is in tools/layers.ts.
import { FORBIDDEN_IMPORTS } from './tools/layers.ts';

export default {
  forbidden: FORBIDDEN_IMPORTS,
  options: {
    doNotFollow: { path: 'node_modules' },
    // A copy of the project has a link to the packages of another.
    preserveSymlinks: true,
    exclude: { path: '(^|/)(\\.tenure|dist|coverage|drizzle/migrations)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
