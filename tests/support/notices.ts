/** Notifications as Intercom sends them, for tests of the intake. */

const AT = 1_768_031_793;

/** A notification of one customer's reply; ids grow with `n`. */
export function replyNotice(n: number, over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: "notification_event",
    app_id: "ws1",
    data: {
      type: "notification_event_data",
      item: {
        type: "conversation",
        id: String(1000 + n),
        created_at: AT,
        updated_at: AT + n,
        source: { id: "1", body: "<p>hello</p>", author: { type: "lead", id: "c1" } },
        contacts: { type: "contact.list", contacts: [{ type: "contact", id: "c1" }] },
        conversation_parts: {
          conversation_parts: [
            {
              id: String(5000 + n),
              part_type: "comment",
              body: `<p>words ${n}</p>`,
              author: { type: "lead", id: "c1" },
            },
          ],
        },
      },
    },
    id: `notif_${n}`,
    topic: "conversation.user.replied",
    created_at: AT + n,
    ...over,
  });
}

/** One notification per flavour and kind, with what the intake should keep of it. */
export const EVERY_KIND: readonly (readonly [
  name: string,
  topic: string,
  item: unknown,
  kept: {
    readonly conversation: string | null;
    readonly contact: string | null;
    readonly part: string | null;
  },
])[] = [
  [
    "before 2.5",
    "conversation.user.created",
    {
      type: "conversation",
      id: "10",
      user: { type: "user", id: "u1" },
      assignee: { type: "nobody_admin", id: null },
      conversation_message: { id: "11", body: "<p>hello</p>", author: { type: "user", id: "u1" } },
      tags_added: { type: "tag.list", tags: [] },
    },
    { conversation: "10", contact: "u1", part: "10:11:conversation.user.created" },
  ],
  [
    "2.5 to 2.14, HTML",
    "conversation.admin.noted",
    {
      type: "conversation",
      id: "20",
      source: { id: "21", body: "<p>hello</p>" },
      contacts: { contacts: [{ id: "c2" }] },
      conversation_parts: { conversation_parts: [{ id: "22", part_type: "note", body: "<p>note</p>" }] },
    },
    { conversation: "20", contact: "c2", part: "20:22:conversation.admin.noted" },
  ],
  [
    "2.15 and later, plain text",
    "conversation.operator.replied",
    {
      type: "conversation",
      id: 30,
      source: { id: 31, body: "hello" },
      contacts: { contacts: [{ id: "c3" }] },
      conversation_parts: { conversation_parts: [{ id: 32, part_type: "comment", body: "I am a bot" }] },
    },
    { conversation: "30", contact: "c3", part: "30:32:conversation.operator.replied" },
  ],
  [
    "a deletion",
    "conversation.deleted",
    { type: "conversation", conversation_id: "40" },
    { conversation: "40", contact: null, part: null },
  ],
  [
    "a redaction",
    "conversation_part.redacted",
    {
      type: "conversation",
      id: "50",
      conversation_parts: { conversation_parts: [{ id: "51", redacted: true }] },
    },
    { conversation: "50", contact: null, part: null },
  ],
  [
    "a merge",
    "contact.merged",
    { type: "contact", id: "c6", merged_from: { type: "contact", id: "c5" } },
    { conversation: null, contact: "c6", part: null },
  ],
  [
    "a person's tag",
    "contact.lead.tag.created",
    { type: "contact_tag", tag: { id: "1", name: "Pricing" }, contact: { type: "contact", id: "c7" } },
    { conversation: null, contact: "c7", part: null },
  ],
  [
    "product usage",
    "event.created",
    { type: "event", event_name: "exported", intercom_user_id: "c8", created_at: AT },
    { conversation: null, contact: "c8", part: null },
  ],
];

/** The envelope around an item. */
export function notice(id: string | null, topic: string, item: unknown): string {
  return JSON.stringify({
    type: "notification_event",
    app_id: "ws1",
    id,
    topic,
    created_at: AT,
    data: { item },
  });
}
