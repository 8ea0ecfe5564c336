/** Every environment variable that Baton reads: what it is, what it means, and what counts without it. */
export const VARIABLES = {
  DATABASE_URL: {
    type: "PostgreSQL address",
    expected: "postgres://user:password@host:5432/database",
    meaning:
      "A PostgreSQL 15 or newer of your own. Without it Baton starts the embedded one in BATON_DATA_DIR.",
    default: "the embedded PostgreSQL",
    secret: true,
  },
  BATON_DATA_DIR: {
    type: "folder",
    expected: "the path of a folder",
    meaning: "Where the embedded database and the key file lie.",
    default: "./.baton",
    secret: false,
  },
  BATON_PORT: {
    type: "port",
    expected: "a whole number from 0 to 65535 (0: any free port)",
    meaning: "Port of the admin, the API and the webhooks.",
    default: "8080",
    secret: false,
  },
  BATON_HOST: {
    type: "host",
    expected: "an IP address or a host name of this machine, as in 127.0.0.1 or 0.0.0.0",
    meaning: "Address to listen on. 127.0.0.1 is reachable from this machine only.",
    default: "127.0.0.1",
    secret: false,
  },
  BATON_SECRET_KEY: {
    type: "keys",
    expected: "32 random bytes in base64 or hex, as `openssl rand -base64 32` prints them",
    meaning:
      "Key that encrypts stored secrets. Several, separated by comma: the first encrypts, the others only read.",
    default: "the key file in BATON_DATA_DIR, made at the first start",
    secret: true,
  },
  BATON_SECRET_KEY_FILE: {
    type: "file",
    expected: "the path of a file that holds what BATON_SECRET_KEY would, and no BATON_SECRET_KEY beside it",
    meaning: "A file with the key instead of the variable.",
    default: "none",
    secret: false,
  },
  BATON_BASE_URL: {
    type: "web address",
    expected: "the address under which people and Intercom reach Baton, as in https://baton.example.com",
    meaning: "Used in links in Slack, e-mail, Intercom and Salesforce, and as the webhook address.",
    default: "http://BATON_HOST:BATON_PORT",
    secret: false,
  },
  BATON_LOG: {
    type: "level",
    expected: "debug, info, warn, error or silent",
    meaning: "How much Baton logs.",
    default: "info",
    secret: false,
  },
  BATON_CONCURRENCY: {
    type: "number",
    expected: "a whole number from 1 to 500",
    meaning: "Conversations and handoffs that one process works on at a time, of each.",
    default: "24",
    secret: false,
  },
  BATON_SETTLE_MS: {
    type: "milliseconds",
    expected: "a whole number from 0 to 600000",
    meaning:
      "How long after an unanswered Slack message Baton looks again before it calls the outcome unknown.",
    default: "15000",
    secret: false,
  },
  BATON_SWEEP_MS: {
    type: "milliseconds",
    expected: "a whole number from 500 to 3600000",
    meaning: "Time between two looks into Intercom's own list for conversations that no webhook brought.",
    default: "120000",
    secret: false,
  },
  BATON_HEARTBEAT_MS: {
    type: "milliseconds",
    expected: "a whole number from 200 to 60000",
    meaning:
      "Time between two signs of life of a process; after three missed ones others take over its work.",
    default: "5000",
    secret: false,
  },
  BATON_ALLOW_UNSAFE_DATABASE: {
    type: "yes or no",
    expected: "true or false",
    meaning: "Run on a PostgreSQL that may lose what it has acknowledged (fsync off). Never in production.",
    default: "false",
    secret: false,
  },
  BATON_MEANING: {
    type: "on or off",
    expected: "on or off",
    meaning:
      "Compare the `examples` of signals with what customers write. Takes about 40 ms a sentence on one core and 200 MB while it is at work.",
    default: "off",
    secret: false,
  },
  BATON_OIDC_ISSUER: {
    type: "web address",
    expected:
      "the issuer's https address as the OpenID provider names it, as in https://login.example.com/realms/acme",
    meaning:
      "An OpenID provider with which people sign in. Needs BATON_OIDC_CLIENT_ID and BATON_OIDC_CLIENT_SECRET.",
    default: "none",
    secret: false,
  },
  BATON_OIDC_CLIENT_ID: {
    type: "text",
    expected: "the id that the provider gave Baton, beside BATON_OIDC_ISSUER",
    meaning: "Baton's id with the provider.",
    default: "none",
    secret: false,
  },
  BATON_OIDC_CLIENT_SECRET: {
    type: "text",
    expected: "the secret that the provider gave Baton, beside BATON_OIDC_ISSUER",
    meaning: "Baton's secret with the provider.",
    default: "none",
    secret: true,
  },
  BATON_OIDC_NAME: {
    type: "text",
    expected: "up to 40 characters, beside BATON_OIDC_ISSUER",
    meaning: 'How the button calls the provider: "Sign in with ...".',
    default: "the issuer's host name",
    secret: false,
  },
  BATON_OIDC_ONLY: {
    type: "yes or no",
    expected: "true or false, and true only beside BATON_OIDC_ISSUER",
    meaning: "Nobody signs in by password. Set it to false to let passwords count again.",
    default: "false",
    secret: false,
  },
} as const;
