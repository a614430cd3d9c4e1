import { allNamesToStrip, namesToReplace } from "../visitor-headers.ts";

/** Included in every server that asks doorward. */
export const serverSnippet = `# Include in every server { } with a protected location, and in doorward's own. Needs $doorward_base.

access_log /var/log/nginx/access.log doorward;

# The auth request that nginx sends before every request. \`internal\`: visitors get 404 here.
location = /_doorward/verify {
    internal;
    include /etc/nginx/snippets/doorward-ask.conf;
    proxy_pass       http://doorward$doorward_base/verify?identity_headers=refuse;
    # $doorward_authority holds the host by which nginx chose this server. With $http_host,
    # \`GET http://app/secret\` with \`Host: other\` would make doorward check the wrong site.
    # $request_uri is the raw path.
    proxy_set_header X-Original-URL     $scheme://$doorward_authority$request_uri;
    proxy_set_header X-Original-Method  $request_method;
    # The visitor could have sent these to describe another request.
    proxy_set_header X-Forwarded-Method "";
    proxy_set_header X-Forwarded-Proto  "";
    proxy_set_header X-Forwarded-Host   "";
    proxy_set_header X-Forwarded-Uri    "";
}

# Not signed in. doorward sends a Location only when the request is a browser navigation.
location @doorward_sign_in {
    default_type application/json;
    add_header Cache-Control   no-store    always;
    add_header Referrer-Policy no-referrer always;
    add_header X-Request-Id    $request_id always;
    if ($doorward_location = "") {
        return 401 '{"error":"sign_in_required"}';
    }
    return 303 $doorward_location;          # 303: a browser must not repost a form to the issuer
}

# Signed in but not permitted. nginx drops the body of a 403 from the auth request, so this requests /verify
# again, with X-Forwarded-* headers, for which doorward returns its own page. A request with \`refusal_page=\` is never
# allowed, and doorward does not log a denial twice: the log has the first one, with the same X-Request-Id.
location @doorward_denied {
    include /etc/nginx/snippets/doorward-ask.conf;
    proxy_pass       http://doorward$doorward_base/verify?refusal_page=$doorward_refusal&allowed_groups=&identity_headers=refuse;
    proxy_method     GET;
    proxy_redirect   off;
    proxy_intercept_errors off;
    proxy_set_header X-Forwarded-Method $request_method;
    proxy_set_header X-Forwarded-Proto  $scheme;
    proxy_set_header X-Forwarded-Host   $doorward_authority;
    proxy_set_header X-Forwarded-Uri    $request_uri;
    proxy_set_header X-Original-URL     "";
    proxy_set_header X-Original-Method  "";
}

# doorward is down, hangs or sends an unexpected answer: the request is denied.
location @doorward_down {
    default_type text/plain;
    add_header Cache-Control no-store    always;
    add_header Retry-After   5           always;
    add_header X-Request-Id  $request_id always;
    return 503 "This page is not available right now. Please try again in a moment.\\n";
}
`;

/** Shared by the two auth requests. */
export function askSnippet(identityHeaders: readonly string[]): string {
  const names = [...namesToReplace(identityHeaders), ...allNamesToStrip(identityHeaders)];
  return `${ask}
# doorward refuses a request with an identity header of the visitor, because nginx can remove these from the
# request to the app by exact name only. doorward-protect.conf removes or replaces the following.
proxy_headers_hash_max_size 1024;           # for this many names
${names.map((name) => `proxy_set_header          ${name.padEnd(33)} "";\n`).join("")}`;
}

const ask = `# Shared by the two auth requests in doorward-server.conf.

proxy_http_version        1.1;              # with the next line: keeps connections to doorward open
proxy_set_header          Connection        "";
proxy_pass_request_body   off;              # uploads go to the app only; auth requests have no body
proxy_set_header          Content-Length    "";
proxy_set_header          Host              $doorward_authority;
proxy_set_header          X-Forwarded-For   $remote_addr;
proxy_set_header          X-Real-IP         $remote_addr;
proxy_set_header          X-Request-Id      $request_id;  # the same for both requests, and in the access log

# Other headers with which a visitor could describe another request.
proxy_set_header          Forwarded               "";
proxy_set_header          X-Forwarded-Path        "";
proxy_set_header          X-Forwarded-Port        "";
proxy_set_header          X-Forwarded-Prefix      "";
proxy_set_header          X-Original-Host         "";
proxy_set_header          X-Original-URI          "";
proxy_set_header          X-Rewrite-URL           "";

proxy_cache               off;              # a cached answer would outlive a sign-out
proxy_connect_timeout     2s;
proxy_send_timeout        5s;
proxy_read_timeout        5s;
proxy_buffer_size         16k;              # identity headers are long; a buffer that is too small causes a 500
proxy_buffers             4 16k;
`;

/** Included in the locations of the public endpoints. */
export const publicSnippet = `# doorward's public endpoints, which need no session: start, callback, sign_out.

auth_request       off;
error_page         502 504 = @doorward_down;
proxy_pass         http://doorward;
proxy_redirect     off;
proxy_intercept_errors off;                 # doorward has its own error pages
proxy_cache        off;
proxy_http_version 1.1;
proxy_set_header   Connection        "";
proxy_set_header   Host              $doorward_authority;
proxy_set_header   X-Forwarded-For   $remote_addr;
proxy_set_header   X-Forwarded-Host  $doorward_authority;
proxy_set_header   X-Forwarded-Proto $scheme;
proxy_set_header   X-Real-IP         $remote_addr;
proxy_set_header   X-Request-Id      $request_id;
proxy_set_header   Forwarded         "";
proxy_connect_timeout 2s;
proxy_read_timeout 30s;                     # the callback waits for the issuer
proxy_buffer_size  16k;                     # several cookies and a long Location in one response
proxy_buffers      4 16k;
`;

/** The certificate, which `doorward.yaml` does not contain. */
export const tlsSnippet = `ssl_certificate     /etc/nginx/tls/example.com.pem;             # CHANGE: the full chain
ssl_certificate_key /etc/nginx/tls/example.com.key;             # CHANGE
ssl_protocols       TLSv1.2 TLSv1.3;
server_tokens       off;
`;
