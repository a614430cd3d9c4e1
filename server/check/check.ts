import { checkAssertion } from "./assertion.ts";
import { checkCertificate } from "./certificate.ts";
import { watchClocks, type Clocks } from "./clocks.ts";
import { forwardProxy } from "./forward-proxy.ts";
import { cookieScopes } from "./cookie-scopes.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";
import { checkPages } from "./pages.ts";
import { openVerify } from "./open-verify.ts";
import { checkProvider } from "./provider.ts";
import { passwordCosts } from "./password-costs.ts";
import { sharedNames } from "./shared-names.ts";
import { checkResources } from "./resources.ts";
import { checkStore } from "./store.ts";
import { trustedProxies } from "./trusted-proxies.ts";
import {
  createForwardProxyOf,
  type Environment,
  type ForwardProxyOf,
} from "../config/forward-proxy.ts";
import { fileWarnings } from "../config/file-warnings.ts";
import type { Config } from "../config/schema.ts";
import { createCounts } from "../observe/counts.ts";
import { createLog, reasonsOf } from "../observe/log.ts";
import { createRelyingParties } from "../app/relying-parties.ts";
import { createOpenAuthentication } from "../sign-in/client-authentication.ts";
import { createForwardFetch } from "../sign-in/forward-fetch.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";
import { createKeptFetch } from "../sign-in/kept-fetch.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";

/** What the checks read. */
interface Subject {
  readonly config: Config;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly clocks: Clocks;
  /** The address or name of a proxy to check, if the operator gives one. */
  readonly proxy: string | undefined;
  readonly proxyOf: ForwardProxyOf;
  readonly environment: Environment;
}

type Check = (subject: Subject) => Finding[] | Promise<Finding[]>;

/** In the order of the output. */
const checks: readonly Check[] = [
  ({ config }) => cookieScopes(config),
  ({ config }) => checkCertificate(config),
  // Before the checks that send requests, because it takes the thread, and their times would be wrong.
  ({ config }) => passwordCosts(config),
  ({ config, environment }) => files(config, environment),
  ({ config }) => checkPages(config),
  ({ config, proxy }) => trustedProxies(config, proxy),
  ({ config }) => openVerify(config),
  ({ config, parties }) => sharedNames(config, parties),
  ({ config }) => checkStore(config),
  ({ config }) => checkAssertion(config),
  ofEach(({ proxyOf }, party) => forwardProxy(party, proxyOf)),
  ofEach(({ config, clocks }, party) => checkProvider(config, party, clocks)),
  ofEach((_, party) => checkDirectory(party)),
  ({ config, parties, clocks }) => checkResources(config, parties, createIssuerFetch(clocks.fetch)),
];

/** Checks everything that a sign-in needs, for a valid configuration. */
export async function check(
  config: Config,
  proxy?: string,
  environment: Environment = {},
): Promise<Finding[]> {
  const proxyOf = createForwardProxyOf(environment);
  const clocks = watchClocks(createForwardFetch(createKeptFetch(), proxyOf), Date.now);
  const log = createLog(process.stderr);
  const parties = createRelyingParties(config, {
    fetch: createIssuerFetch(clocks.fetch),
    counts: createCounts(),
    now: Date.now,
    log,
    openAuthentication: createOpenAuthentication(log, proxyOf),
  });
  const subject = { config, parties, clocks, proxy, proxyOf, environment };
  const found = await Promise.all(checks.map((one) => one(subject)));
  return found.flat();
}

function ofEach(look: (subject: Subject, party: RelyingParty) => Promise<Finding[]>): Check {
  return async (subject) => {
    const found = [...subject.parties.values()].map((party) => look(subject, party));
    return (await Promise.all(found)).flat();
  };
}

function files(config: Config, environment: Environment): Finding[] {
  return fileWarnings(config, environment).map(({ setting, file, message }) =>
    warning(`${setting}: ${file} ${message}`),
  );
}

async function checkDirectory({ name, directory }: RelyingParty): Promise<Finding[]> {
  if (directory === undefined) return [];
  try {
    await directory.checkKey();
    await directory.checkGrant();
    return [ok(`directory of ${name}: the service account has access`)];
  } catch (error) {
    return [fault(`directory of ${name}: ${reasonsOf(error)}`)];
  }
}
