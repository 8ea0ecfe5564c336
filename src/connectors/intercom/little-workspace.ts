/** A little Intercom for the unit tests of this connector; the service itself never imports it. */
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { localServer, type Answer, type LocalServer, type SeenRequest } from "../http/local-server.ts";
import {
  connectIntercom,
  INTERCOM_DEFAULTS,
  type IntercomConnection,
  type IntercomSettings,
} from "./inbox.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };

export function connect(server: LocalServer, settings: Partial<IntercomSettings> = {}): IntercomConnection {
  return connectIntercom(
    {
      ...INTERCOM_DEFAULTS,
      apiUrl: server.url,
      token: "tok",
      workspace: "ws1",
      allowPrivateAddresses: true,
      ...settings,
    },
    deps,
  );
}

export const refusal = (status: number, code: string): Answer => ({
  status,
  json: { type: "error.list", request_id: null, errors: [{ code, message: "said so" }] },
});

const CONVERSATION = {
  type: "conversation",
  id: "c1",
  created_at: 1_768_031_789,
  updated_at: 1_768_031_793,
  state: "open",
  open: true,
  source: {
    type: "conversation",
    id: "s1",
    subject: "",
    body: "<p>We want <b>SSO</b></p>",
    author: { type: "user", id: "p1", name: "Ana", email: "ana@acme.example" },
    attachments: [],
    redacted: false,
  },
  contacts: {
    contacts: [
      { type: "contact", id: "p1" },
      { type: "contact", id: "p2" },
    ],
  },
  tags: { tags: [{ id: "t1", name: "pricing" }] },
  team_assignee_id: 77,
  admin_assignee_id: "0",
  statistics: { count_conversation_parts: 5 },
  conversation_parts: {
    conversation_parts: [
      {
        id: "2",
        part_type: "assignment",
        body: null,
        created_at: 1_768_031_790,
        author: { type: "bot", id: "b", name: "Fin" },
      },
      {
        id: "3",
        part_type: "comment",
        body: "<p>Hi Ana</p>",
        created_at: 1_768_031_791,
        author: { type: "admin", id: "a1", name: "Kim" },
      },
    ],
  },
};
export const CONTACT = {
  type: "contact",
  id: "p1",
  external_id: "u-1",
  role: "user",
  email: "ana@acme.example",
  name: "Ana",
  phone: "",
  last_seen_at: 1_768_031_000,
  signed_up_at: null,
  custom_attributes: { tier: "business", score: "80" },
  tags: { data: [{ id: "t2" }], has_more: false },
  companies: { data: [{ id: "co1" }], has_more: false },
};
const COMPANY = {
  type: "company",
  id: "co1",
  name: "Acme",
  website: "https://www.acme.example/about",
  size: 250,
  plan: { type: "plan", name: "pro" },
  monthly_spend: 500,
  remote_created_at: 1_600_000_000,
  custom_attributes: { country: "DE", technology: "AWS, Okta" },
};
const TAGS = {
  type: "list",
  data: [
    { id: "t1", name: "pricing" },
    { id: "t2", name: "trial" },
  ],
};

/** A workspace with one of everything; `change` answers first, null leaves the answer as it is. */
export function workspace(
  change: (request: SeenRequest, nth: number) => Answer | null = () => null,
): Promise<LocalServer> {
  let nth = 0;
  return localServer((request) => {
    const changed = change(request, (nth += 1));
    if (changed !== null) return changed;
    const answers: Record<string, unknown> = {
      "GET /me": {
        type: "admin",
        id: "900",
        name: "Kim",
        email: "kim@x.example",
        app: { id_code: "ws1", name: "W", region: "US" },
      },
      "GET /conversations/c1": CONVERSATION,
      "GET /contacts/p1": CONTACT,
      "GET /companies/co1": COMPANY,
      "GET /tags": TAGS,
      "GET /teams": {
        teams: [
          { id: "77", name: "Billing" },
          { id: "78", name: "Enterprise Sales" },
        ],
      },
      "POST /tags": { type: "tag", id: "t9", name: "New" },
      "POST /conversations/c1/tags": { type: "tag", id: "t1", name: "pricing" },
      "POST /contacts/p1/tags": { type: "tag", id: "t2", name: "trial" },
      "POST /conversations/c1/parts": CONVERSATION,
    };
    const json = answers[`${request.method} ${request.path}`];
    return json === undefined ? refusal(404, "not_found") : { json };
  });
}

export const callsOf = (server: LocalServer): string[] =>
  server.seen.map(({ method, path }) => `${method} ${path}`);

export async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}
