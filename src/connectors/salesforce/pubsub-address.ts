/** Which event bus Baton calls, and whose certificate it takes for good. */
import { isIP } from "node:net";
import { assertPublicHost, isPrivateAddress, publicLookup } from "../http/addresses.ts";

/** Where all orgs of Salesforce are served from (Pub/Sub API guide: endpoints). */
const PUBLIC_URL = "https://api.pubsub.salesforce.com:7443";

/** The event bus of a connection; null when the login address is none of Salesforce's and no bus is named. */
export function busOf(settings: {
  readonly loginUrl: string;
  readonly pubsubUrl: string | null;
}): string | null {
  if (settings.pubsubUrl !== null) return settings.pubsubUrl;
  return new URL(settings.loginUrl).hostname.endsWith(".salesforce.com") ? PUBLIC_URL : null;
}

export interface BusAddress {
  /** What the socket connects to, "10.0.0.1:7443". */
  readonly target: string;
  /** The name that the certificate must have; null: any certificate will do. */
  readonly certifiedName: string | null;
}

/**
 * The address to connect to. Like every call of Baton it stays out of private networks unless the connection allows
 * them; there, an address may have a certificate that nobody vouches for. Throws for what may not be called.
 */
export async function addressOf(url: string, allowPrivateAddresses: boolean): Promise<BusAddress> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "https:") throw new Error(`the event bus ${url} is no https address`);
  const host = hostname.replaceAll(/^\[|\]$/g, "");
  const at = port === "" ? "443" : port;
  const isAddress = isIP(host) !== 0;
  if (allowPrivateAddresses) {
    const certifiedName = isAddress && isPrivateAddress(host) ? null : host;
    return { target: `${hostname}:${at}`, certifiedName };
  }
  assertPublicHost(hostname);
  if (isAddress) return { target: `${hostname}:${at}`, certifiedName: host };
  const address = await new Promise<string>((resolve, reject) => {
    publicLookup(host, {}, (error, found) => {
      if (error === null && typeof found === "string") resolve(found);
      else reject(error ?? new Error(`${host} has no address`));
    });
  });
  return { target: isIP(address) === 6 ? `[${address}]:${at}` : `${address}:${at}`, certifiedName: host };
}
