/** People by address, and what Baton changes on them: for the feedback from deals. */
import type { IntercomClient } from "intercom-client";
import { parsed } from "./answers.ts";
import { isNotFound } from "./errors.ts";
import type { Names } from "./names.ts";
import * as schema from "./schema.ts";

interface Workspace {
  readonly sdk: () => Promise<IntercomClient>;
  readonly apiUrl: string;
  readonly tags: Names;
}

/** Many leads may share an address; more than a page of them is no one person's (POST /contacts/search). */
const PEOPLE_A_PAGE = 50;

/** Ids of the users and leads with this address, without heed to case. */
export async function contactsByEmail({ sdk, apiUrl }: Workspace, email: string): Promise<readonly string[]> {
  const api = await sdk();
  const page = await api.contacts.search({
    query: { field: "email", operator: "=", value: email },
    pagination: { per_page: PEOPLE_A_PAGE },
  });
  return parsed(schema.ContactIds, page.data, "POST", `${apiUrl}/contacts/search`).map(({ id }) => id);
}

/** Takes a tag off; a tag that nobody made, or that the person does not have, is off already. */
export async function untagContact({ sdk, tags }: Workspace, contact: string, tag: string): Promise<void> {
  const id = await tags.idOf(tag);
  if (id === null) return;
  const api = await sdk();
  try {
    await api.tags.untagContact({ contact_id: contact, tag_id: id });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
