import { describe, expect, test } from "vitest";
import { discoveryAddress, judgeDocument, refusalNamed, refusalOf } from "./oidc.ts";

const ISSUER = "https://login.example.com/realms/acme";
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/keys`,
};

describe("what a provider says about itself", () => {
  test("stands below its issuer, with a slash at its end or without", () => {
    const address = `${ISSUER}/.well-known/openid-configuration`;
    expect([discoveryAddress(ISSUER), discoveryAddress(`${ISSUER}/`)]).toEqual([address, address]);
  });

  test("is taken when it is whole", () => {
    const found = (takesBasic: boolean, issuer = ISSUER) => ({
      kind: "found",
      discovered: { issuer, takesBasic },
    });
    expect(judgeDocument(ISSUER, DOCUMENT)).toEqual(found(true));
    expect(judgeDocument(ISSUER, { ...DOCUMENT, issuer: `${ISSUER}/` })).toEqual(found(true, `${ISSUER}/`));
    const methods = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    expect(judgeDocument(ISSUER, { ...DOCUMENT, ...methods })).toEqual(found(false));
  });

  test("is not taken when it names another issuer, lacks an address, or is none", () => {
    const faultOf = (document: unknown) => judgeDocument(ISSUER, document);
    expect(faultOf({ ...DOCUMENT, issuer: "https://evil.example" })).toEqual({
      kind: "fault",
      fault: `${discoveryAddress(ISSUER)} names another issuer, https://evil.example`,
    });
    expect(faultOf({ ...DOCUMENT, jwks_uri: undefined, token_endpoint: "here" })).toEqual({
      kind: "fault",
      fault: `${discoveryAddress(ISSUER)} lacks what a sign-in needs: token_endpoint, jwks_uri`,
    });
    expect(faultOf(null)).toMatchObject({ fault: expect.stringContaining("needs: everything") });
  });
});

describe("who comes from the provider", () => {
  const known = { email: "ana@ourcompany.example", disabledAt: null };

  test("is the user of their verified address, whatever its case", () => {
    expect(refusalOf({ email: "Ana@OurCompany.example", isVerified: true }, known)).toBeNull();
  });

  test("is nobody with an address that is unverified or missing", () => {
    expect(refusalOf({ email: known.email, isVerified: false }, known)).toBe("unverified");
    expect(refusalOf({ email: undefined, isVerified: true }, known)).toBe("unverified");
  });

  test("is nobody when unknown, known by another address, or deactivated", () => {
    const told = { email: known.email, isVerified: true };
    expect(refusalOf(told, null)).toBe("unknown");
    expect(refusalOf(told, { ...known, email: "bob@ourcompany.example" })).toBe("unknown");
    expect(refusalOf(told, { ...known, disabledAt: 1 })).toBe("unknown");
  });
});

test("a code that says nothing more is not trusted", () => {
  expect(["signup_disabled", "access_denied", "invalid_code", ""].map(refusalNamed)).toEqual([
    "unknown",
    "denied",
    "untrusted",
    "untrusted",
  ]);
});
