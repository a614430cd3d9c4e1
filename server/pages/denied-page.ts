import type { Answer } from "../answer.ts";
import type { Identity } from "../access/identity.ts";
import { button, firstButton, markup, page, requestNote } from "./page.ts";

/** Signed in, but this account may not pass. */
export function deniedPage(
  identity: Identity | undefined,
  links: { readonly otherAccount: string; readonly signOut?: string },
  requestId: string,
  ...headers: string[]
): Answer {
  const signOut = links.signOut === undefined ? [] : [button(links.signOut, "Sign out")];
  const body =
    identity === undefined
      ? markup`<p>Nobody may open this page from here.</p>
<p>If you think that is wrong, ask the people who run this site.</p>
${requestNote(requestId)}`
      : markup`<p>You signed in as <strong>${nameOf(identity)}</strong>, and that account may not open this page.</p>
<p>If you have another account, use that one. If you should have access, ask the people who run this site to add you.</p>
<nav class="actions">${firstButton(links.otherAccount, "Use another account")}${signOut}</nav>
${requestNote(requestId)}`;
  const title = identity === undefined ? "This page is closed" : "This account has no access";
  return page(403, { title, body }, ...headers);
}

function nameOf({ email, preferredUsername, name, subject }: Identity): string {
  return email ?? preferredUsername ?? name ?? subject;
}

/** The proxy sends us a host that this site does not keep: the operator's to mend, and no sign-in would help. */
export function strangeHostPage(host: string, requestId: string): Answer {
  return page(403, {
    title: "This site is not set up",
    body: markup`<p>
        The sign-in service does not know <strong>${host}</strong>, so it cannot let anybody in.
      </p>
      <p>The people who run this site need to add that name to its configuration.</p>
      ${requestNote(requestId)}`,
  });
}
