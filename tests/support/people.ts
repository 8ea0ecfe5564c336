/** People of a test house who signed in. */
import type { Role } from "../../src/access/roles.ts";
import { createUser } from "../../src/access/users.ts";
import type { TestHouse } from "./house.ts";

export const PASSWORD = "correct horse battery";

/** Sets a password by an invitation's token. */
async function acceptLink(house: TestHouse, token: string): Promise<void> {
  await sent(house, "/invitation", { token, password: PASSWORD });
}

/** Signs in and answers the cookies of the session. */
async function cookiesOf(house: TestHouse, email: string): Promise<string> {
  const response = await sent(house, "/sign-in/email", { email, password: PASSWORD });
  return response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
}

/** A new person with a role; answers the cookies of their session. */
export async function personOf(
  house: TestHouse,
  email: string,
  role: Role,
  environment: string | null = null,
): Promise<string> {
  const invited = await createUser(house.database.db, { email, role, environment }, "the test", house.now());
  await acceptLink(house, invited.token);
  return cookiesOf(house, email);
}

async function sent(house: TestHouse, path: string, body: object): Promise<Response> {
  const response = await fetch(`${house.service.url}/api/auth${path}`, {
    method: "POST",
    headers: { origin: String(house.service.url), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
