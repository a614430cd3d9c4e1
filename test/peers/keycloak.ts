import * as v from "valibot";
import { navigation, type Browser, type HttpResponse } from "./browser.ts";

/** A running Keycloak. */
export interface KeycloakAddress {
  readonly origin: string;
  /** The secret of the client `admin` of its realm `master`. */
  readonly adminSecret: string;
}

/** A part of Keycloak's admin API, by the names that it has there. */
interface Representation {
  readonly [name: string]: unknown;
}

/** A person of a realm: a `UserRepresentation`. */
interface Person extends Representation {
  readonly realmRoles?: readonly string[];
}

/** A `RealmRepresentation` and its people. */
interface RealmParts extends Representation {
  readonly people: readonly Person[];
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Every person of a test realm has this password. */
const password = "the-password-of-everyone";
const tokenResponse = v.object({ access_token: v.string() });
const identified = v.looseObject({ id: v.string() });
const allIdentified = v.array(identified);
const personalTokens = v.object({
  access_token: v.string(),
  id_token: v.string(),
  refresh_token: v.string(),
});

/** A realm of a running Keycloak, changed by its admin API. */
export class Realm {
  readonly issuer: string;
  readonly #keycloak: KeycloakAddress;
  readonly #path: string;

  constructor(keycloak: KeycloakAddress, name: string) {
    this.issuer = `${keycloak.origin}/realms/${name}`;
    this.#keycloak = keycloak;
    this.#path = `/admin/realms/${name}`;
  }

  /** Creates a realm with its clients, people, roles and groups: a `RealmRepresentation`. */
  static async create(
    keycloak: KeycloakAddress,
    name: string,
    { people, ...representation }: RealmParts,
  ): Promise<Realm> {
    const realm = new Realm(keycloak, name);
    // People of an imported realm get no default roles, as those who register do.
    const users = people.map(({ realmRoles = [], ...others }) => ({
      ...others,
      realmRoles: [`default-roles-${name}`, ...realmRoles],
    }));
    await realm.#ask("POST", "/admin/realms", {
      realm: name,
      enabled: true,
      sslRequired: "none",
      users,
      ...representation,
    });
    return realm;
  }

  async addPerson(representation: Person): Promise<void> {
    await this.#ask("POST", `${this.#path}/users`, representation);
  }

  /** Adds a client of its own for a file's tests: a `ClientRepresentation`. */
  async addClient(representation: Representation): Promise<void> {
    await this.#ask("POST", `${this.#path}/clients`, representation);
  }

  /** The tokens of a person by the password grant, which the client must have. */
  async passwordGrant({ clientId, clientSecret }: Credentials, username: string, scope: string) {
    const response = await fetch(`${this.issuer}/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        client_id: clientId,
        client_secret: clientSecret,
        username,
        password,
        scope,
      }),
    });
    return v.parse(personalTokens, await response.json());
  }

  async changePerson(username: string, changes: Person): Promise<void> {
    await this.#ask("PUT", await this.#personPath(username), changes);
  }

  /** Logs a person out everywhere. Keycloak sends logout tokens to the clients that have a back-channel logout URL. */
  async logOut(username: string): Promise<void> {
    await this.#ask("POST", `${await this.#personPath(username)}/logout`);
  }

  /** Signs all tokens with a new key from now on. The keys before it stay published. */
  async rotateKeys(): Promise<void> {
    const realm = v.parse(identified, await this.#ask("GET", this.#path));
    await this.#ask("POST", `${this.#path}/components`, {
      name: "rotated",
      providerId: "rsa-generated",
      providerType: "org.keycloak.keys.KeyProvider",
      parentId: realm.id,
      // The key of the highest priority signs. The keys of a new realm have 100 at most.
      config: { priority: ["1000"], algorithm: ["RS256"] },
    });
  }

  /** Ends each session of a person by itself, as "Sign out" in the list of sessions does. Returns their number. */
  async endSessions(username: string): Promise<number> {
    const path = `${await this.#personPath(username)}/sessions`;
    const sessions = v.parse(allIdentified, await this.#ask("GET", path));
    for (const session of sessions)
      await this.#ask("DELETE", `${this.#path}/sessions/${session.id}`);
    return sessions.length;
  }

  async #personPath(username: string): Promise<string> {
    const query = `/users?exact=true&username=${encodeURIComponent(username)}`;
    const [found] = v.parse(allIdentified, await this.#ask("GET", this.#path + query));
    if (found === undefined) throw new Error(`Keycloak has nothing at ${query}`);
    return `${this.#path}/users/${found.id}`;
  }

  async #ask(method: string, path: string, body?: Representation): Promise<unknown> {
    const response = await fetch(this.#keycloak.origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${await adminToken(this.#keycloak)}`,
        "Content-Type": "application/json",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

async function adminToken({ origin, adminSecret }: KeycloakAddress): Promise<string> {
  const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "admin",
      client_secret: adminSecret,
    }),
  });
  return v.parse(tokenResponse, await response.json()).access_token;
}

/** A person whose name is also the account of the email address. */
export function person(username: string, more: Person = {}): Person {
  return {
    username,
    enabled: true,
    email: `${username}@example.com`,
    emailVerified: true,
    firstName: username,
    lastName: "Example",
    credentials: [{ type: "password", value: password, temporary: false }],
    ...more,
  };
}

/** doorward's client for the code flow: a `ClientRepresentation`. */
export function client({ clientId, clientSecret }: Credentials, site: string): Representation {
  return {
    clientId,
    secret: clientSecret,
    enabled: true,
    publicClient: false,
    redirectUris: [`${site}/callback`],
    attributes: { "post.logout.redirect.uris": `${site}/sign_out` },
  };
}

/** Fills in Keycloak's sign-in form, and follows the redirects. */
export async function submitSignIn(
  browser: Browser,
  page: HttpResponse,
  username: string,
): Promise<HttpResponse> {
  const [, action] = /<form id="kc-form-login"[^>]* action="([^"]+)"/.exec(page.body) ?? [];
  if (action === undefined) throw new Error(`no sign-in form of Keycloak at ${page.url}`);
  const posted = await browser.ask(action.replaceAll("&amp;", "&"), {
    method: "POST",
    headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ username, password, credentialId: "" }).toString(),
  });
  if (posted.headers.location === undefined) return posted;
  return browser.open(new URL(String(posted.headers.location), page.url).href);
}
