/**
 * The texts of all pages. Values stand in braces. The other languages have the same texts with the same values, in any
 * order.
 */
export const en = {
  common: {
    tryAgain: "Try again",
    signIn: "Sign in",
    signOut: "Sign out",
    otherAccount: "Use another account",
    continueWith: "Continue with {provider}",
    startPage: "Go to the start page",
    openApp: "Go to {app}",
    yourSignIn: "Show your sign-in",
    askForHelp: "Ask for help",
    nextSteps: "Next steps",
    code: "If you ask for help, give this code: {code}",
  },
  choose: {
    title: "Sign in",
    toOpen: "Sign in to open {app}.",
    text: "Choose the account you want to use.",
    lastUsed: "Used last time",
    unknown: "There is no way to sign in called “{provider}” here.",
  },
  stepUp: {
    title: "Please confirm your sign-in",
    text: "{app} asks for a fresh or stronger sign-in than the one you have.",
  },
  signIn: {
    text: "You have to sign in to see this page.",
    signInWith: "Sign in with {provider}",
  },
  own: {
    title: "You are signed in",
    account: "Account",
    name: "Name",
    provider: "Signed in with",
    since: "Since",
    until: "At the latest until",
    signOutEverywhere: "Sign out everywhere",
    unknownTarget:
      "The page you wanted to open is no longer known. Open it once more from its link or your bookmarks.",
  },
  denied: {
    title: "This account has no access",
    account: "You signed in as {account}, and that account may not open {app}.",
    groupsNotNow:
      "Your groups could not be looked up just now, so none of them counted. Please sign in again in a few minutes.",
    groupsNever:
      "Your groups could not be looked up, so none of them counted. The people who run this site find the reason in its log.",
    nextStep:
      "If you have another account, use that one. If you should have access, ask the people who run this site to add you.",
    operator:
      "For the people who run this site: the log line “denied” with the requestId {code} says in {fields} which claims are missing or do not count.",
  },
  closed: {
    title: "This page is closed",
    text: "{app} cannot be opened from here, whichever account you use.",
    nextStep: "If you think that is wrong, ask the people who run this site.",
  },
  notSetUp: {
    title: "This site is not set up",
    host: "The sign-in service does not know {host}, so it cannot let anybody in.",
    hostStep: "The people who run this site need to add that name to its configuration.",
    port: "The sign-in service does not know {host}, so it could not bring you back here.",
    portStep: "The people who run this site need to add that address to its configuration.",
    own: "This is the address where people sign in, and it asks them to sign in first, so they could never get in.",
    ownStep: "The people who run this site need to correct its configuration.",
    request:
      "The sign-in service did not understand the question that this site's server asked about your request, so it could not let you in.",
    proxy:
      "The sign-in service does not know the server that asked about your request, so it could not let you in.",
    requestStep: "The people who run this site find the reason in its log, under the code below.",
  },
  plainHttp: {
    title: "This page needs https",
    text: "You came here over http, and signing in works over https only.",
    open: "Open the page over https",
  },
  startAgain: {
    title: "Please sign in again",
    text: "This sign-in took too long, or it was started in another window or browser. Nothing is lost: just start again.",
  },
  notNow: {
    title: "Sign-in is not possible right now",
    text: "The service that checks your account does not answer as it should. This is not your fault; please try again in a few minutes.",
    others: "Or use another way to sign in.",
  },
  malformedLink: {
    title: "This link does not work",
    text: "The address that brought you here is not complete. Please start again.",
  },
  used: {
    title: "This sign-in was already used",
    text: "The page was opened a second time. If you are signed in already, just go on; if not, start again.",
  },
  cancelled: {
    title: "You are not signed in",
    text: "The sign-in was cancelled, or the account service said no. You can try again, or use another account.",
  },
  rejected: {
    title: "The sign-in did not work",
    text: "The answer of the account service could not be trusted, so you were not signed in. Please try again.",
  },
  stepUpFailed: {
    title: "A stronger sign-in is needed",
    text: "This page asks for a fresh or stronger sign-in, and the account service did not give one. If trying again does not help, ask the people who run this site.",
  },
  clientRejected: {
    title: "This site is not set up correctly",
    text: "The account service does not accept this site's settings. This is not your fault: please tell the people who run this site, because only they can change that.",
  },
  storeDown: {
    title: "Please try again in a moment",
    text: "The place where sign-ins are kept does not answer. You are not signed out; please try again in a moment.",
  },
  broken: {
    title: "Something went wrong",
    text: "This is a fault of ours, not of yours. Please try again in a moment.",
  },
  loop: {
    title: "Signing in does not get you any further",
    text: "You were sent here to sign in three times within a minute.",
    target:
      "You are asked to sign in for an address that the sign-in service does not know. This comes from the way the site is set up, and the people who run it find the reason in its log.",
    twoSessions:
      "Your browser sends two sign-ins for this site, so neither of them counts. Sign out to end both, then sign in again. If you see this page once more, delete the cookies of this site.",
    notPermitted:
      "You are signed in, but this page asks for another account, or for a stronger sign-in than the account service gives.",
    sessionNotSeen:
      "You are signed in here, but the page that you want does not see it. This comes from the way the site is set up, and the people who run it find the reason in its log.",
    unknownSession:
      "You signed in, but the site no longer knows it. This comes from the way the site is set up, and the people who run it find the reason in its log.",
    noCookie:
      "Your browser did not bring back the cookie that keeps you signed in. Please allow cookies for this site, and open it over https. A private window or an extension can block them.",
  },
  notFound: {
    title: "There is nothing here",
    text: "This address belongs to the sign-in service. If you were on your way to a page, open that page again.",
  },
  signedOut: {
    title: "You are signed out",
    allBrowsers:
      "Your other sign-ins at this site have ended too, in every browser and on every device.",
    here: "You are signed out of this site. The account service itself may still know you: on a computer that is not yours, sign out there too, or close all windows of the browser.",
    everywhere:
      "You are signed out of this site, and of your account at the account service as well.",
    signInAgain: "Sign in again",
  },
  confirmSignOut: {
    title: "Sign out?",
    text: "A link on another site brought you here. Do you want to sign out?",
    stay: "Stay signed in",
  },
  tooManyRequests: {
    title: "Please wait a minute",
    text: "Your network asks to sign in more often than this site allows. Please wait a minute, then open the page again.",
    nextStep: "If you see this often, ask the people who run this site.",
  },
  framed: {
    title: "Open in a new window",
    text: "{app} is shown inside another site. Signing in does not work there, because it must not be hidden in a frame.",
    open: "Open {app} in a new window",
  },
} as const;
