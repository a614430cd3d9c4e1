import { choosePage, stepUpPage } from "../server/pages/choose-page.ts";
import { closedPage, deniedPage } from "../server/pages/denied-page.ts";
import { brokenPage, failedPage } from "../server/pages/failed-page.ts";
import { framedPage } from "../server/pages/framed-page.ts";
import { loopPage } from "../server/pages/loop-page.ts";
import { notSetUpPage, plainHttpPage } from "../server/pages/not-set-up-page.ts";
import { ownPage } from "../server/pages/own-page.ts";
import { text } from "../server/pages/text.ts";
import type { Page } from "../server/pages/page.ts";
import { signInPage } from "../server/pages/sign-in-page.ts";
import { confirmSignOutPage, signedOutPage } from "../server/pages/signed-out-page.ts";
import { tooManyRequestsPage } from "../server/pages/too-many-requests-page.ts";
import { github } from "../providers/github.ts";
import { google } from "../providers/google.ts";

const app = "Grafana";
const start = "https://auth.example.com/start";
const wanted = "https://grafana.example.com/d/1";
const requestId = "4f1c0a97be32";

const identity = {
  issuer: "https://id.example.com",
  subject: "248289761001",
  email: "ada@example.com",
  groups: ["staff"],
  name: "Ada Example",
  preferredUsername: "ada",
  provider: "company",
  claims: {},
};

const company = { name: "company", href: start, label: "Example Company", mark: undefined };
const choices = [
  { name: "google", href: start, label: "Google", mark: google.mark },
  { name: "github", href: start, label: "GitHub", mark: github.mark },
  { ...company, isLast: true },
];

/** Every page with the values of an example, by the name of its picture. */
export const samplePages: Readonly<Record<string, Page>> = {
  choose: choosePage(app, choices, undefined),
  "step-up": stepUpPage(app, company, start),
  own: ownPage(
    {
      identity,
      provider: "Example Company",
      createdAt: Date.UTC(2026, 9, 1, 8, 30),
      expiresAt: Date.UTC(2026, 9, 8, 8, 30),
    },
    {
      home: { href: "https://app.example.com/", app: "app.example.com" },
      otherAccount: start,
      signOut: start,
      signOutEverywhere: start,
    },
    false,
  ),
  "sign-in": signInPage(200, [{ href: start, provider: company }]),
  denied: deniedPage(
    identity,
    app,
    { otherAccount: start, signOut: start },
    { requestId, fields: ["noGroups"] },
  ),
  closed: closedPage(app, wanted, requestId),
  failed: failedPage({ code: "issuer_unreachable", status: 503 }, new URL(start), requestId, [
    company,
  ]),
  cancelled: failedPage({ code: "provider_refused", status: 403 }, new URL(start), requestId),
  broken: brokenPage(requestId, start),
  loop: loopPage("two sessions", { again: start, signOut: start, otherAccount: start }, requestId),
  "not-found": {
    kind: "not-found",
    status: 404,
    title: text("notFound", "title"),
    paragraphs: [text("notFound", "text")],
    actions: [{ href: start, label: text("common", "yourSignIn"), isFirst: true }],
  },
  "not-set-up": notSetUpPage("host", { host: "wiki.example.com", url: wanted, requestId }),
  "plain-http": plainHttpPage(new URL("http://grafana.example.com/"), requestId),
  "confirm-sign-out": confirmSignOutPage(start, wanted),
  "signed-out": signedOutPage(start, "here"),
  "signed-out-everywhere": signedOutPage(start, "everywhere"),
  "too-many-requests": tooManyRequestsPage(start),
  framed: framedPage(app, wanted),
};
