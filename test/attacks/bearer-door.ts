import { send } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import {
  jws,
  startTokenIssuer,
  type Fields,
  type IssuerKey,
  type TokenIssuer,
} from "../peers/token-issuer.ts";

/** doorward with a rule that accepts access tokens, their issuer, and a clock that the test controls. */
export interface BearerDoor {
  readonly issuer: TokenIssuer;
  readonly doorward: TestDoorward;
  readonly clock: { now: number };
  /** The claims of a valid token with some changed; an entry of `undefined` removes the claim. */
  claims(changed?: Fields): Fields;
  token(changed?: Fields, header?: Fields, key?: IssuerKey): string;
  /** The status of a request with this `Authorization: Bearer`. */
  present(token: string): Promise<number>;
  close(): Promise<void>;
}

const url = "https://api.example.com";

export async function openBearerDoor(): Promise<BearerDoor> {
  const issuer = await startTokenIssuer();
  const clock = { now: Date.now() };
  const company = {
    type: "oidc",
    issuer: issuer.issuer,
    clientId: "door",
    clientSecret: "of the door",
    audience: ["api"],
  };
  const config = configOf({
    url,
    providers: { company },
    access: { subjects: ["ada"] },
    rules: [{ host: "api.example.com", bearer: true }],
  });
  const doorward = await startDoorward(config, { now: () => clock.now });
  const signing = () => issuer.keys[0] as IssuerKey;
  const claims = (changed: Fields = {}) => {
    const iat = Math.floor(clock.now / 1000) - 5;
    const proper = { iss: issuer.issuer, sub: "ada", aud: "api", iat, exp: iat + 3_600 };
    return { ...proper, ...changed };
  };
  return {
    issuer,
    doorward,
    clock,
    claims,
    token: (changed = {}, header = {}, key = signing()) =>
      jws({ alg: key.alg, typ: "at+jwt", kid: key.kid, ...header }, claims(changed), key),
    async present(token) {
      const headers = { ...forwarded(url), Authorization: `Bearer ${token}` };
      const ports = new Map([["api.example.com:80", doorward.port]]);
      return (await send("http://api.example.com/verify", ports, { headers })).status;
    },
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}
