import { namesToStrip } from "../visitor-headers.ts";

/** What stands in every protected location: the question, and whom the app is told of. */
export function protectSnippet(identityHeaders: readonly string[]): string {
  // Numbered, for nginx takes no long names of variables.
  const heard = identityHeaders.map((name, index) => ({
    name,
    variable: `$doorward_says_${index + 1}`,
  }));
  const width = Math.max(...identityHeaders.map((name) => name.length), 31);
  const set = (name: string, value: string) =>
    `proxy_set_header  ${name.padEnd(width)} ${value};\n`;
  return [
    question,
    ...heard.map(
      ({ name, variable }) => `auth_request_set  ${variable.padEnd(18)} ${answered(name)};\n`,
    ),
    verdicts,
    ...heard.map(({ name, variable }) => set(name, variable)),
    others,
    ...namesToStrip(identityHeaders).map((name) => set(name, '""')),
    request,
  ].join("");
}

function answered(name: string): string {
  return `$upstream_http_${name.toLowerCase().replaceAll("-", "_")}`;
}

const question = `# In every protected location, followed by your proxy_pass.
#
# No \`return\` and no \`rewrite\` of your own in here: nginx runs them before it asks.
# proxy_set_header lines of your own may follow in the same location; in a location nested inside it
# they would replace all of these, so include this file there once more.

satisfy           all;                      # with "any", an allowed address would pass unasked
auth_request      /_doorward/verify;

auth_request_set  $doorward_location $upstream_http_location;
`;

const verdicts = `
error_page        401 = @doorward_sign_in;
error_page        403 = @doorward_denied;
error_page        500 = @doorward_down;     # what nginx makes of any other verdict, or of none
proxy_intercept_errors off;                 # a 401 or 500 of the app itself passes as it is

# Who it is: doorward's word in the place of whatever the visitor sent under these names.
`;

const others = `
# Other names that apps believe. Spellings such as x_auth_request_user or X.Auth.Request.User never come
# this far: nginx drops them as long as underscores_in_headers is off and ignore_invalid_headers is on,
# as they are by default.
`;

const request = `
proxy_set_header  Cookie             $doorward_app_cookie;

# Where the request comes from and leads, in this proxy's words alone.
proxy_set_header  Host               $doorward_authority;
proxy_set_header  X-Forwarded-For    $remote_addr;
proxy_set_header  X-Forwarded-Host   $doorward_authority;
proxy_set_header  X-Forwarded-Proto  $scheme;
proxy_set_header  X-Real-IP          $remote_addr;
proxy_set_header  Forwarded          "";
proxy_set_header  X-Forwarded-Method "";
proxy_set_header  X-Forwarded-Port   "";
proxy_set_header  X-Forwarded-Prefix "";
proxy_set_header  X-Forwarded-Uri    "";
proxy_set_header  X-Original-Method  "";
proxy_set_header  X-Original-URI     "";
proxy_set_header  X-Original-URL     "";
proxy_set_header  Proxy              "";    # becomes HTTP_PROXY in CGI programs

proxy_http_version 1.1;                     # WebSockets, and connections that stay open
proxy_set_header  Upgrade            $doorward_upgrade;
proxy_set_header  Connection         $doorward_connection;
`;
