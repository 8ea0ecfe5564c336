/**
 * Which addresses Baton may call. A host that an admin types may point at the machine itself or at its network
 * (server-side request forgery), so the addresses that a socket will use are checked after name resolution: a name
 * that is public when saved and private when called is refused too.
 */
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";

const BLOCKED: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

const blockList = new BlockList();
for (const [address, prefix] of BLOCKED) {
  blockList.addSubnet(address, prefix, isIPv4(address) ? "ipv4" : "ipv6");
}

/**
 * True for every address outside the public internet: loopback, private, link-local (cloud metadata), carrier NAT,
 * multicast, documentation, and IPv6 forms that carry such an IPv4 address. Text that is no address counts as private.
 * Source: IANA special-purpose address registries.
 */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const family = isIP(bare);
  if (family === 0) return true;
  if (family === 4) return blockList.check(bare, "ipv4");
  // BlockList compares IPv4-mapped addresses (::ffff:10.0.0.1) with the IPv4 rules by itself.
  return blockList.check(bare, "ipv6");
}

/** The error of a refused address; `code` is what the exchange reports. */
class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  readonly code = "private_address";
  constructor(host: string) {
    super(`${host} is an address inside a private network`);
  }
}

/** Refuses a host that is written as a private address; a name is checked by `publicLookup` when it is resolved. */
export function assertPublicHost(hostname: string): void {
  const bare = hostname.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0 && isPrivateAddress(bare)) throw new PrivateAddressError(hostname);
}

/** A resolver for sockets that hands out public addresses only, and fails when a name has none. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const open = addresses.filter(({ address }) => !isPrivateAddress(address));
    const [first] = open;
    if (first === undefined) return callback(new PrivateAddressError(hostname), "", 0);
    // net.connect asks with `all` when it may try several addresses, without it when it wants one.
    if (options.all === true) return callback(null, open satisfies LookupAddress[]);
    callback(null, first.address, first.family);
  });
};
