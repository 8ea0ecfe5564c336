/**
 * The import rule of Baton: a room imports only rooms before it in this list, never one after it.
 * The order is the rule; tests/architecture.test.ts compares the list with the folders of src/ and breaks each rule
 * on purpose to see it bite.
 */
export const rooms = [
  "kernel",
  "policy",
  "store",
  "engine",
  "vault",
  "access",
  "intake",
  "conversation",
  "qualify",
  "decide",
  "versions",
  "context",
  "handoff",
  "followup",
  "response",
  "feedback",
  "sync",
  "issues",
  "erasure",
  "insights",
  "review",
  "accounts",
  "meaning",
  "connectors",
  "http",
  "cli",
];

/** Rooms made of pure functions. In `conversation`, `decide`, `versions` and `insights` the shells are the named exceptions. */
const pure = ["kernel", "policy", "qualify", "context", "conversation", "decide", "versions", "insights"];
const shells =
  "(queries|ledger|refresh|publish|promote|drafts|environments|loader|replays|backtest|effects|worker|look)\\.ts$|\\.test\\.ts$";

const anyOf = (names) => `^src/(${names.join("|")})/`;
const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
  forbidden: [
    error("no-circles", "Two modules that need each other are one module.", {}, { circular: true }),
    ...rooms
      .slice(0, -1)
      .map((room, i) =>
        error(
          `${room}-looks-left`,
          "The walk goes one way.",
          { path: anyOf([room]) },
          { path: anyOf(rooms.slice(i + 1)) },
        ),
      ),
    error(
      "rooms-never-import-the-composition",
      "walk.ts and main.ts join rooms; rooms do not know them.",
      { path: anyOf(rooms) },
      { path: "^src/[^/]+\\.ts$" },
    ),
    error(
      "connectors-only-from-main",
      "Rooms own ports; main.ts plugs connectors into them.",
      { path: "^src/(?!main\\.ts|connections\\.ts|setup\\.ts|connectors/)" },
      { path: anyOf(["connectors"]) },
    ),
    error(
      "connectors-are-strangers",
      "One connector does not know another.",
      { path: "^src/connectors/([^/]+)/" },
      { path: "^src/connectors/", pathNot: "^src/connectors/($1|http)/" },
    ),
    error(
      "pure-rooms-do-no-io",
      "Time, SQL and network arrive as arguments.",
      { path: anyOf(pure), pathNot: shells },
      { path: [anyOf(["store", "engine", "vault"]), "queries\\.ts$"] },
    ),
    error(
      "pure-rooms-use-no-node",
      "A pure room has no file, no socket, no process.",
      { path: anyOf(pure), pathNot: shells },
      { dependencyTypes: ["core"] },
    ),
    error(
      "pure-rooms-use-few-packages",
      "zod for parsing, yaml for the document, tldts and email-providers for domains.",
      { path: anyOf(pure), pathNot: shells },
      {
        dependencyTypes: ["npm", "npm-dev"],
        pathNot: "node_modules/(zod|yaml|tldts|tldts-core|email-providers)/",
      },
    ),
    error(
      "only-the-engine-knows-dbos",
      "The engine is a port; DBOS is behind it.",
      { path: "^src/(?!engine/)" },
      { path: "node_modules/@dbos-inc/" },
    ),
    error(
      "sql-only-in-queries",
      "Grep queries.ts and you have read every statement.",
      { path: "^src/(?!store/|engine/)", pathNot: "queries\\.ts$|\\.test\\.ts$" },
      { path: "node_modules/(pg|kysely)/" },
    ),
    error(
      "emulators-are-strangers",
      "An emulator that shares code with what it tests proves nothing.",
      { path: "^emulators/" },
      { path: "^src/" },
    ),
    error(
      "the-web-takes-words-of-the-policy-alone",
      "What the admin shares with the service is pure and small; the rest it asks the API for.",
      { path: "^web/src/", pathNot: "\\.test\\.ts$" },
      { path: "^src/", pathNot: "^src/policy/((condition|fields|sentence)\\.ts$|recipes/)" },
    ),
    error(
      "src-knows-emulators-only-in-the-cli",
      "demo, rehearse and emulators start them; nothing else may.",
      { path: "^src/(?!cli/|main\\.ts)" },
      { path: "^emulators/" },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
