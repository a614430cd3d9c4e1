import type { AskedRequest, SiteContext } from "../context.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { conflict, findBrowserSession } from "../session/browser-session.ts";
import { isEverywhereProof } from "../session/everywhere-proof.ts";

/** The value of `everywhere` in a form of doorward's own origin. */
const ownForm = "true";

interface Wish {
  /** A form of doorward's own origin needs no proof, except at the host of an app, whose scripts have that origin too. */
  readonly isPost: boolean;
  /** The value of `everywhere`. */
  readonly proof: string;
  readonly cookies: string | undefined;
}

/** Ends all sessions of the visitor: of the subject, in every browser and at every site. */
export function createSignOutEverywhere({ site, config, sessions, audit }: SiteContext) {
  /** false = nothing has ended: there is no session, or another one than that of the page with the link. */
  return async ({ isPost, proof, cookies }: Wish, asked: AskedRequest): Promise<boolean> => {
    const session = await findBrowserSession(sessions, site, cookies, asked);
    if (session === undefined || session === conflict) return false;
    const { record, digest } = session;
    const isOwnForm = isPost && site.signInSite === undefined && proof === ownForm;
    if (!isOwnForm && !isEverywhereProof(config.secret, record, proof)) return false;
    const { issuer, subject } = record.identity;
    await sessions.revocations.revoke({ kind: "subject", issuer, subject });
    const who = { ...auditedIdentity(record.identity), session: digest };
    audit("sessions_revoked", "everywhere", { ...asked, ...who });
    return true;
  };
}
