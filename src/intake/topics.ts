/** Topics that the app must be subscribed to in the Developer Hub; Intercom has no call to ask or set them. */
export const WEBHOOK_TOPICS = [
  "conversation.user.created",
  "conversation.user.replied",
  "conversation.admin.replied",
  "conversation.admin.assigned",
  "conversation.admin.closed",
  "conversation.deleted",
  "conversation_part.tag.created",
  "conversation_part.redacted",
  "contact.lead.added_email",
  "contact.lead.signed_up",
  "contact.merged",
  "contact.deleted",
  "contact.user.tag.created",
  "contact.lead.tag.created",
  "event.created",
] as const;
