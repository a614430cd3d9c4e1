import { allNamesToStrip, namesAboutTheRequest } from "../visitor-headers.ts";

/** The snippet for every protected location: the auth request, and the identity headers for the app. */
export function protectSnippet(identityHeaders: readonly string[]): string {
  // Numbered, because nginx limits the length of variable names.
  const identity = identityHeaders.map((name, index) => ({
    name,
    variable: `$doorward_says_${index + 1}`,
  }));
  const width = Math.max(...identityHeaders.map((name) => name.length), 31);
  const set = (name: string, value: string) =>
    `proxy_set_header  ${name.padEnd(width)} ${value};\n`;
  return [
    authRequest,
    ...identity.map(
      ({ name, variable }) => `auth_request_set  ${variable.padEnd(18)} ${responseHeader(name)};\n`,
    ),
    responses,
    ...identity.map(({ name, variable }) => set(name, variable)),
    others,
    ...namesToBlank(identityHeaders).map((name) => set(name, '""')),
    request,
  ].join("");
}

/** The names that nginx removes from the request to the app. */
function namesToBlank(identityHeaders: readonly string[]): string[] {
  return [...allNamesToStrip(identityHeaders), ...namesAboutTheRequest];
}

function responseHeader(name: string): string {
  return `$upstream_http_${name.toLowerCase().replaceAll("-", "_")}`;
}

const authRequest = `# Include in every protected location, before your proxy_pass.
#
# Do not use \`return\` or \`rewrite\` in a protected location: nginx runs them before the auth request.
# You may add proxy_set_header lines in the same location. In a nested location they would replace all of
# these, so include this file there again.

satisfy           all;                      # with "any", an allowed address would skip the auth request
auth_request      /_doorward/verify;

auth_request_set  $doorward_location $upstream_http_location;
auth_request_set  $doorward_refusal  $upstream_http_x_doorward_refusal;
`;

const responses = `
error_page        401 = @doorward_sign_in;
error_page        403 = @doorward_denied;
error_page        500 = @doorward_down;     # nginx turns any other answer, or none, into 500
proxy_intercept_errors off;                 # a 401 or 500 of the app itself passes unchanged

# Identity headers: doorward's values replace those sent by the visitor.
`;

const others = `
# Other headers by which an app could be told who the visitor is, or which request this is. nginx can remove
# headers by exact name only: doorward refuses a request with another header of these families. An app that
# needs one of these from a gate in front of nginx needs that line removed here, and kept in doorward-ask.conf.
`;

const request = `
proxy_headers_hash_max_size 1024;           # for this many names
proxy_set_header  Cookie             $doorward_app_cookie;

# Client address, scheme and host as nginx sees them; the visitor's values are replaced.
proxy_set_header  Host               $doorward_authority;
proxy_set_header  X-Forwarded-For    $remote_addr;
proxy_set_header  X-Forwarded-Host   $doorward_authority;
proxy_set_header  X-Forwarded-Proto  $scheme;
proxy_set_header  X-Real-IP          $remote_addr;
proxy_set_header  X-Request-Id       $request_id;  # as in the access log, and in doorward's
proxy_set_header  X-Forwarded-Method "";
proxy_set_header  X-Forwarded-Path   "";
proxy_set_header  X-Forwarded-Port   "";
proxy_set_header  X-Forwarded-Prefix "";
proxy_set_header  X-Forwarded-Uri    "";

proxy_http_version 1.1;                     # WebSockets, and connections that stay open
proxy_set_header  Upgrade            $doorward_upgrade;
proxy_set_header  Connection         $doorward_connection;
`;
