/** Why a destination could not be reached, in words that keep the network apart from the credentials. Pure. */

const NAME = "its name cannot be looked up; check the address of the connection and the DNS of this machine";
const CLOSED = "nobody takes connections there; check the address of the connection and the firewalls";
const UNTRUSTED =
  "its certificate is not one that this machine trusts; a proxy that reads along needs its own in NODE_EXTRA_CA_CERTS";
const NO_TLS = "it does not speak TLS as it should; check address and port of the connection";

/** Node's codes of sockets and TLS, and nodemailer's. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: NAME,
  EAI_AGAIN: NAME,
  EAI_NONAME: NAME,
  EDNS: NAME,
  ECONNREFUSED: CLOSED,
  EHOSTUNREACH: CLOSED,
  ENETUNREACH: CLOSED,
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; check the clock of this machine",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "its certificate is for another host; check the address of the connection, or what answers in its place",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  EPROTO: NO_TLS,
  ETLS: NO_TLS,
};

/** The cause with its code, "its certificate has expired (CERT_HAS_EXPIRED)"; the code alone where nothing more is known. */
export function unreachableWords(code: string): string {
  const words = WORDS[code] ?? (code.startsWith("ERR_SSL_") ? NO_TLS : null);
  return words === null ? code : `${words} (${code})`;
}
