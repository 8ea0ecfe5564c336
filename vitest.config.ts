import { defineConfig } from "vitest/config";

/** Rooms without a side effect: every branch of theirs is covered. `queries.ts` and shells are proved in tests/. */
const pureRooms = ["kernel", "policy", "qualify", "context"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "emulators/**/*.test.ts",
            "web/src/**/*.test.ts",
            "tests/architecture.test.ts",
            "tests/policy/**/*.test.ts",
          ],
          testTimeout: 60_000,
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "journeys",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/architecture.test.ts", "tests/policy/**/*.test.ts", "tests/browser/**/*.test.ts"],
          globalSetup: ["tests/support/postgres.global.ts", "tests/support/compiled.global.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: [
            "tests/support/postgres.global.ts",
            "tests/support/compiled.global.ts",
            "tests/support/web.global.ts",
          ],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: [
        ...pureRooms.map((room) => `src/${room}/**/*.ts`),
        "src/decide/*.ts",
        "src/conversation/*.ts",
        "src/versions/*.ts",
        "src/feedback/{plan,stream}.ts",
        "src/response/{press,standing}.ts",
        "src/handoff/allowance.ts",
        "src/followup/owner-watch.ts",
        "src/sync/{budget,fields,plan,settle}.ts",
        "src/issues/{issue,plan}.ts",
        "src/erasure/remains.ts",
        "src/intake/silence.ts",
        "src/insights/{*,audit/*,census/*,metrics/*,reading/*,closings/*,winners/*,suggest/*}.ts",
        "src/review/{agreement,label-row,marking,results,sample,training,votes}.ts",
      ],
      // The shells of these rooms talk to the database: tests/journeys prove them.
      exclude: [
        "**/*.test.ts",
        "**/*queries.ts",
        "src/decide/ledger.ts",
        "src/versions/{drafts,environments,loader,promote,publish}.ts",
        "src/conversation/refresh.ts",
        "src/insights/{replays,backtest,effects,worker,*/look}.ts",
      ],
      reporter: ["text-summary", "json-summary"],
      thresholds: { branches: 100 },
    },
  },
});
