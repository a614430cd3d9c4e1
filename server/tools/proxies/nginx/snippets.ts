/** The snippets that are the same for every configuration. */

/** What every server needs that asks doorward. */
export const serverSnippet = `# In every server { } that holds a protected location, and in doorward's own. Needs $doorward_base.

# The question that goes before every request. \`internal\`: from outside it is 404.
location = /_doorward/verify {
    internal;
    include /etc/nginx/snippets/doorward-ask.conf;
    proxy_pass       http://doorward$doorward_base/verify;
    # Its host is what nginx itself chose the server by. With $http_host, \`GET http://app/secret\` beside
    # \`Host: other\` would have doorward decide about the wrong site. $request_uri is the raw path.
    proxy_set_header X-Original-URL     $scheme://$doorward_authority$request_uri;
    proxy_set_header X-Original-Method  $request_method;
    # These would be the visitor's own words about the request.
    proxy_set_header X-Forwarded-Method "";
    proxy_set_header X-Forwarded-Proto  "";
    proxy_set_header X-Forwarded-Host   "";
    proxy_set_header X-Forwarded-Uri    "";
}

# Not signed in. doorward names a place to sign in only when a person waits for a page.
location @doorward_sign_in {
    default_type application/json;
    add_header Cache-Control   no-store    always;
    add_header Referrer-Policy no-referrer always;
    if ($doorward_location = "") {
        return 401 '{"error":"sign_in_required"}';
    }
    return 303 $doorward_location;          # 303: a form must not be sent on to the issuer
}

# Signed in and not permitted. nginx drops the page that comes with a 403, so this asks again, in the
# words in which doorward shows its own page. \`allowed_groups=\` is a list that names nobody: whatever
# changes between the two questions, this answer lets nobody pass.
location @doorward_denied {
    include /etc/nginx/snippets/doorward-ask.conf;
    proxy_pass       http://doorward$doorward_base/verify?allowed_groups=;
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

# doorward is down, hangs, or says what no gatekeeper should: nobody passes.
location @doorward_down {
    default_type text/plain;
    add_header Cache-Control no-store always;
    add_header Retry-After   5        always;
    return 503 "This page is not available right now. Please try again in a moment.\\n";
}
`;

/** What the two questions have in common. */
export const askSnippet = `# Part of the two questions in doorward-server.conf: what they have in common.

proxy_http_version        1.1;              # with the next line: connections to doorward stay open
proxy_set_header          Connection        "";
proxy_pass_request_body   off;              # uploads are the app's; the questions have no body
proxy_set_header          Content-Length    "";
proxy_set_header          Host              $doorward_authority;
proxy_set_header          X-Forwarded-For   $remote_addr;
proxy_set_header          X-Real-IP         $remote_addr;

# Further names under which a visitor could tell of another request than this one.
proxy_set_header          Forwarded               "";
proxy_set_header          X-Auth-Request-Redirect "";
proxy_set_header          X-Forwarded-Port        "";
proxy_set_header          X-Forwarded-Prefix      "";
proxy_set_header          X-Original-URI          "";

proxy_cache               off;              # a cached verdict outlives a sign-out
proxy_connect_timeout     2s;
proxy_send_timeout        5s;
proxy_read_timeout        5s;
proxy_buffer_size         16k;              # identity headers are long; too small a buffer is a 500
proxy_buffers             4 16k;
`;

/** The endpoints that browsers reach. */
export const publicSnippet = `# The endpoints that browsers reach without a session: start, callback, sign_out.

auth_request       off;
error_page         502 504 = @doorward_down;
proxy_pass         http://doorward;
proxy_redirect     off;
proxy_intercept_errors off;                 # doorward's pages say themselves what went wrong
proxy_cache        off;
proxy_http_version 1.1;
proxy_set_header   Connection        "";
proxy_set_header   Host              $doorward_authority;
proxy_set_header   X-Forwarded-For   $remote_addr;
proxy_set_header   X-Forwarded-Host  $doorward_authority;
proxy_set_header   X-Forwarded-Proto $scheme;
proxy_set_header   X-Real-IP         $remote_addr;
proxy_set_header   Forwarded         "";
proxy_connect_timeout 2s;
proxy_read_timeout 30s;                     # the callback waits for the issuer
proxy_buffer_size  16k;                     # several cookies and a long Location in one answer
proxy_buffers      4 16k;
`;

/** The certificate, which is not doorward's to know. */
export const tlsSnippet = `ssl_certificate     /etc/nginx/tls/example.com.pem;             # CHANGE: the whole chain
ssl_certificate_key /etc/nginx/tls/example.com.key;             # CHANGE
ssl_protocols       TLSv1.2 TLSv1.3;
server_tokens       off;
`;
