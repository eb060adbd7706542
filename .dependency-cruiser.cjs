// Holds the floors of docs/architecture.md: an import may only go down.
/** Each room with the rooms it may import from. */
const rooms = {
  'packages/tlog': [],
  'packages/serials': [],
  'packages/calculators': [],
  'packages/templates': [],
  'packages/rules': ['packages/serials', 'packages/calculators', 'packages/templates', 'packages/tlog'],
  'packages/contract': ['packages/rules', 'packages/serials', 'packages/tlog'],
  'packages/ledger': ['packages/rules', 'packages/serials', 'packages/tlog'],
  'apps/server': ['packages/'],
  'apps/cli': ['packages/', 'apps/server'],
  'apps/web': ['packages/contract', 'packages/tlog', 'packages/serials', 'packages/calculators'],
}

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'of code; types may know each other within a room',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `floor-${room.replace('/', '-')}`,
      comment: `${room} may import only ${below.join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: { path: '^(packages|apps)/', pathNot: [`^${room}/`, ...below.map((path) => `^${path}`)] },
    })),
    {
      name: 'capability-imports-capability',
      comment: 'capabilities meet in rules and entries, not in calls',
      severity: 'error',
      from: { path: '^apps/server/src/([^/]+)/', pathNot: '^apps/server/src/platform/' },
      to: { path: '^apps/server/src/([^/]+)/', pathNot: ['^apps/server/src/$1/', '^apps/server/src/platform/'] },
    },
    {
      name: 'platform-imports-capability',
      comment: 'the platform belongs to no capability',
      severity: 'error',
      from: { path: '^apps/server/src/platform/' },
      to: { path: '^apps/server/src/([^/]+)/', pathNot: '^apps/server/src/platform/' },
    },
    {
      name: 'rules-are-pure',
      comment: 'no I/O, no clock, no random in rules',
      severity: 'error',
      from: { path: '^packages/rules/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'no-dependency-in-tlog',
      severity: 'error',
      from: { path: '^packages/tlog/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/tlog/src/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc', // TypeScript 7 has no parser API; without @swc/core no import would be seen (tests/floors.test.ts)
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
}
