import type { HttpResponse } from "../http/response.ts";
import type { Identity } from "../identity/identity.ts";
import { button, firstButton, markup, page, type Markup, requestNote } from "./page.ts";

/** The line "denied" in the log, and those of its fields that say what the account lacks. */
interface LogLine {
  readonly requestId: string;
  readonly fields: readonly string[];
}

/** The page of a deny: the account has no access, or the rule denies every request. */
export function deniedPage(
  identity: Identity | undefined,
  links: { readonly otherAccount: string; readonly signOut?: string },
  { requestId, fields }: LogLine,
  ...headers: string[]
): HttpResponse {
  const signOut = links.signOut === undefined ? [] : [button(links.signOut, "Sign out")];
  const body =
    identity === undefined
      ? markup`<p>Nobody may open this page from here.</p>
<p>If you think that is wrong, ask the people who run this site.</p>
${requestNote(requestId)}`
      : markup`<p>You signed in as <strong>${nameOf(identity)}</strong>, and that account may not open this page.</p>
${groupsNote(identity)}
<p>If you have another account, use that one. If you should have access, ask the people who run this site to add you.</p>
<nav class="actions">${firstButton(links.otherAccount, "Use another account")}${signOut}</nav>
${requestNote(requestId)}
${operatorNote(requestId, fields)}`;
  const title = identity === undefined ? "This page is closed" : "This account has no access";
  return page(403, { title, body }, ...headers);
}

/** The visitor cannot mend what the account service does not say; the operator can. */
function operatorNote(requestId: string, fields: readonly string[]): Markup | string {
  if (fields.length === 0) return "";
  return markup`<p class="note">For the people who run this site: the log line “denied” with the requestId ${requestId} says in ${fields.join(" and ")} which claims are missing or do not count.</p>`;
}

/** A visitor in the right group must not conclude that they were removed from it. */
function groupsNote({ groupsFault }: Identity): Markup | string {
  if (groupsFault === undefined) return "";
  return groupsFault.isTransient
    ? markup`<p>Your groups could not be looked up just now, so none of them counted. Please sign in again in a few minutes.</p>`
    : markup`<p>Your groups could not be looked up, so none of them counted. The people who run this site find the reason in its log.</p>`;
}

function nameOf({ email, preferredUsername, name, subject }: Identity): string {
  return email ?? preferredUsername ?? name ?? subject;
}

/** The proxy forwarded a host that no site covers: only the operator can fix that, so there is no sign-in link. */
export function unknownHostPage(host: string, requestId: string): HttpResponse {
  return page(403, {
    title: "This site is not set up",
    body: markup`<p>
        The sign-in service does not know <strong>${host}</strong>, so it cannot let anybody in.
      </p>
      <p>The people who run this site need to add that name to its configuration.</p>
      ${requestNote(requestId)}`,
  });
}
