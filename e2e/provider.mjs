// A provider of single sign-on on this machine: the npm package oidc-provider, and in front of it a server that passes
// everything on, honest until it is told to lie. The lies have the names of crates/rashin/src/federation/tests/lies.txt.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { Provider as Oidc } from "oidc-provider";

export const CLIENT = "rashin";
export const SECRET = "the secret of the client";
const HUGE = "x".repeat(2_000_000);
const JSON_KIND = "application/json";

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const [own, foreign] = [pair(), pair()];
const publicKey = ({ publicKey }, kid) => ({ ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const read = (piece) => JSON.parse(Buffer.from(piece, "base64url").toString());
const signed = (header, claims, { privateKey } = own) => {
  const message = `${part(header)}.${part(claims)}`;
  return `${message}.${sign("sha256", Buffer.from(message), privateKey).toString("base64url")}`;
};
const signedBySecret = (claims, secret) => {
  const message = `${part({ alg: "HS256", kid: "k1" })}.${part(claims)}`;
  return `${message}.${createHmac("sha256", secret).update(message).digest("base64url")}`;
};

const seconds = () => Math.floor(Date.now() / 1000);
const day = 86_400;

/** Lies in the claims; a claim that is undefined is left out. */
const CLAIMS = {
  "issuer of another": () => ({ iss: "https://evil.example" }),
  "issuer with a slash": ({ iss }) => ({ iss: `${iss}/` }),
  "issuer missing": () => ({ iss: undefined }),
  "audience of another": () => ({ aud: "another-client" }),
  "audience of two": () => ({ aud: [CLIENT, "another-client"] }),
  "audience empty": () => ({ aud: [] }),
  "audience missing": () => ({ aud: undefined }),
  "party of another": () => ({ azp: "another-client" }),
  "party no text": () => ({ azp: 1 }),
  "nonce of another": () => ({ nonce: "another nonce" }),
  "nonce empty": () => ({ nonce: "" }),
  "nonce missing": () => ({ nonce: undefined }),
  expired: () => ({ exp: seconds() - 62 }),
  "expiry missing": () => ({ exp: undefined }),
  "expiry as text": () => ({ exp: "2099" }),
  "expiry beyond all numbers": () => ({ exp: 1e300 }),
  "issued tomorrow": () => ({ iat: seconds() + day }),
  "issued long ago": () => ({ iat: seconds() - 602 }),
  "issue missing": () => ({ iat: undefined }),
  "not before tomorrow": () => ({ nbf: seconds() + day }),
  "not before as text": () => ({ nbf: "now" }),
  "access token of another": () => ({ at_hash: "x".repeat(22) }),
  "access token no text": () => ({ at_hash: 1 }),
  "subject missing": () => ({ sub: undefined }),
  "subject empty": () => ({ sub: "" }),
  "subject endless": () => ({ sub: "x".repeat(256) }),
  "subject as number": () => ({ sub: 1 }),
  "address missing": () => ({ email: undefined }),
  "userinfo unsigned": () => ({ email: undefined }),
  "address not verified": () => ({ email_verified: false }),
  "address not said to be verified": () => ({ email_verified: undefined }),
  "address verified as text": () => ({ email_verified: "true" }),
  "address of another domain": () => ({ email: "first@evil.example" }),
  "address of nobody": () => ({ email: "nobody@example.jp" }),
  "groups as text": () => ({ groups: "everything" }),
  "groups as an object": () => ({ groups: { administrators: true } }),
  "groups without end": () => ({ groups: Array(1001).fill("staff") }),
};

const header = { alg: "RS256", kid: "k1", typ: "JWT" };

/** Lies in how the claims are signed. */
const SEALS = {
  unsigned: (claims) => `${part({ alg: "none" })}.${part(claims)}.`,
  "unsigned with a signature": (claims) => signed({ alg: "None", kid: "k1" }, claims),
  "signed by the public key as secret": (claims) => signedBySecret(claims, own.publicKey.export({ type: "spki", format: "pem" })),
  "signed by the client secret": (claims) => signedBySecret(claims, SECRET),
  "signed by another key": (claims) => signed(header, claims, foreign),
  "signed by a key it brings": (claims) => signed({ ...header, jwk: publicKey(foreign, "k1") }, claims, foreign),
  "signed by a key it leads to": (claims) => signed({ ...header, jku: "https://evil.example/keys" }, claims, foreign),
  "another algorithm named": (claims) => signed({ ...header, alg: "ES256" }, claims),
  "no key named": (claims) => signed({ alg: "RS256" }, claims),
  "unknown key named": (claims) => signed({ ...header, kid: "k9" }, claims),
  "key named by a path": (claims) => signed({ ...header, kid: "../../../dev/null" }, claims),
  "key names in a list": (claims) => signed({ ...header, kid: ["k1"] }, claims),
  "something critical": (claims) => signed({ ...header, crit: ["b64"], b64: false }, claims),
  "a token of another kind": (claims) => signed({ ...header, typ: "at+jwt" }, claims),
  "changed after signing": (claims, [head, , signature]) => [head, part({ ...claims, email: "shacho@example.jp" }), signature].join("."),
  "signature cut off": (_, [head, body]) => `${head}.${body}`,
  "signature empty": (_, [head, body]) => `${head}.${body}.`,
  encrypted: (_, pieces) => [...pieces, "x", "x"].join("."),
  "no token at all": () => "nonsense",
  "token endless": (_, pieces) => pieces.join(".") + "A".repeat(70_000),
};

const page = (body) => ({ kind: "text/html", body: JSON.stringify(body) });
const raw = (body) => ({ body });
const leadsOn = (to) => ({ status: 302, location: to });
const never = { slow: true };

/** Lies of each place: they get what is said honestly, and give what is said instead. */
const LIES = {
  discovery: {
    "discovery of another issuer": (said) => ({ said: { ...said, issuer: "https://evil.example" } }),
    "discovery without https": (said) => ({ said: { ...said, token_endpoint: "http://evil.example/token" } }),
    "discovery that leads inside": (said) => ({ said: { ...said, jwks_uri: "https://169.254.169.254/latest" } }),
    "discovery that sends the code inside": (said) => ({ said: { ...said, token_endpoint: "https://169.254.169.254/token" } }),
    "discovery without PKCE": (said) => ({ said: { ...said, code_challenge_methods_supported: ["plain"] } }),
    "discovery that is no JSON": () => raw("<html>"),
    "discovery as a page": page,
    "discovery huge": () => raw(HUGE),
    "discovery leads on": () => leadsOn("http://127.0.0.1:9/"),
    "discovery slow": () => never,
  },
  keys: {
    "keys huge": () => raw(HUGE),
    "keys that are none": () => ({ said: { keys: "none" } }),
    "keys of one name": ({ keys }) => ({ said: { keys: [...keys, publicKey(foreign, "k1")] } }),
    "no keys": () => ({ said: { keys: [] } }),
    "keys as a page": page,
    "keys lead on": () => leadsOn("http://127.0.0.1:9/"),
    "keys without end": () => ({ endless: true }),
  },
  token: {
    "exchange refused": () => ({ status: 400, said: { error: "invalid_grant" } }),
    "exchange leads on": () => ({ status: 307, location: "/token" }),
    "exchange huge": () => raw(HUGE),
    "exchange slow": () => never,
    "exchange without token": () => ({ said: { access_token: "x", token_type: "Bearer" } }),
    "exchange that is no JSON": () => raw("<html>"),
    "exchange as a page": page,
    "token of another type": (said) => ({ said: { ...said, token_type: "mac" } }),
    "token of no type": (said) => ({ said: { ...said, token_type: undefined } }),
  },
};

for (const [name, lie] of Object.entries(CLAIMS)) {
  LIES.token[name] = (said) => {
    const claims = read(said.id_token.split(".")[1]);
    return { said: { ...said, id_token: signed(header, { ...claims, ...lie(claims) }) } };
  };
}
for (const [name, lie] of Object.entries(SEALS)) {
  LIES.token[name] = (said) => {
    const pieces = said.id_token.split(".");
    return { said: { ...said, id_token: lie(read(pieces[1]), pieces) } };
  };
}

/** Names of all lies that are known here. */
export const KNOWN = Object.values(LIES).flatMap(Object.keys);

const PLACES = { "/.well-known/openid-configuration": "discovery", "/jwks": "keys", "/token": "token" };

async function bodyOf(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Listens on a port of this machine. */
async function listen(handler) {
  const server = createServer((asked, answer) => handler(asked, answer).catch((error) => answer.destroy(error)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The honest provider: people sign in by name alone. */
class Honest {
  constructor(issuer, people) {
    this.issuer = issuer;
    this.people = people;
    this.redirects = [];
    this.keys = [randomBytes(16).toString("hex")];
    this.build();
  }

  build() {
    const { people } = this;
    const minutes = 600;
    this.oidc = new Oidc(this.issuer, {
      clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: this.redirects, grant_types: ["authorization_code"], response_types: ["code"] }],
      jwks: { keys: [{ ...own.privateKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "RS256" }] },
      cookies: { keys: this.keys },
      scopes: ["openid", "email", "profile"],
      claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
      conformIdTokenClaims: false,
      responseTypes: ["code"],
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      ttl: { AccessToken: minutes, AuthorizationCode: minutes, Grant: minutes, IdToken: 300, Interaction: minutes, Session: minutes },
      findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, email_verified: true, ...people[sub] }) },
      async loadExistingGrant(ctx) {
        const { client, session } = ctx.oidc;
        const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope("openid email profile");
        await grant.save();
        return grant;
      },
    });
    this.passOn = this.oidc.callback();
  }

  async handle(asked, answer) {
    if (!asked.url.startsWith("/interaction/")) return this.passOn(asked, answer);
    if (asked.method !== "POST") {
      answer.setHeader("content-type", "text/html; charset=utf-8");
      return answer.end(`<!doctype html><title>Who are you?</title><form method="post"><label>Name <input name="login"></label><button>Go on</button></form>`);
    }
    const login = new URLSearchParams((await bodyOf(asked)).toString()).get("login");
    return this.oidc.interactionFinished(asked, answer, { login: { accountId: login } });
  }
}

/**
 * Starts a provider that vouches for `people` (claims by subject), and stops it when the test `t` is over. It has
 * `issuer`; `register(address)`, where it leads people back to; `lie(name)`, which begins when the next person comes
 * to it; `forgettable()`, honest from now on, but nothing it says is to be remembered; `hold()`, which gives the address of the next answer instead of leading there.
 */
export async function startProvider(t, people) {
  let [armed, lie, holding] = ["", "", undefined];
  let honest;
  const inner = await listen((asked, answer) => honest.handle(asked, answer));

  const front = await listen(async (asked, answer) => {
    const path = asked.url.split("?")[0];
    if (path === "/auth") lie = armed;
    const passed = request({ host: "127.0.0.1", port: inner.address().port, path: asked.url, method: asked.method, headers: asked.headers });
    passed.end(await bodyOf(asked));
    const [reply] = await once(passed, "response");
    const body = await bodyOf(reply);
    const place = PLACES[path];
    const twist = place && LIES[place][lie];
    if (holding && reply.headers.location?.startsWith("http://localhost:")) {
      holding(reply.headers.location);
      holding = undefined;
      const { "set-cookie": cookies = [] } = reply.headers;
      answer.writeHead(200, { "content-type": "text/plain", "set-cookie": cookies });
      return answer.end("held");
    }
    if (!twist) {
      // While lies are told, nothing honest that was said before is to be remembered.
      const keep = place && armed !== "" ? { "cache-control": "no-store" } : {};
      answer.writeHead(reply.statusCode, { ...reply.headers, ...keep });
      return answer.end(body);
    }
    const { slow, endless, status = 200, location, kind = JSON_KIND, body: other, said } = twist(JSON.parse(body.toString()));
    // Whoever asks goes away by itself.
    if (slow) return undefined;
    answer.writeHead(status, { "content-type": kind, "cache-control": "no-store", ...(location && { location }) });
    if (!endless) return answer.end(other ?? JSON.stringify(said));
    const drops = setInterval(() => answer.write(" "), 500);
    answer.on("close", () => clearInterval(drops));
    return undefined;
  });

  const issuer = `http://127.0.0.1:${front.address().port}`;
  honest = new Honest(issuer, people);
  t.after(() => {
    for (const server of [front, inner]) {
      server.close();
      server.closeAllConnections();
    }
  });
  return {
    issuer,
    register(address) {
      honest.redirects.push(address);
      honest.build();
    },
    lie(name) {
      assert.ok(KNOWN.includes(name), `nobody here tells the lie ${name}`);
      [armed, lie] = [name, ""];
    },
    forgettable() {
      [armed, lie] = ["nothing", ""];
    },
    hold: () => new Promise((resolve) => (holding = resolve)),
  };
}
