import type { PublicHost } from "../public-hosts.ts";

/** Directives that belong at the `http` level, once. */
export function httpSnippet(
  hosts: readonly PublicHost[],
  identityHeaders: readonly string[],
): string {
  return [intro, authority(hosts), longNames(hosts, identityHeaders), ...unknownHosts(hosts)].join(
    "",
  );
}

const intro = `# Include once, at the http { } level.

# Only WebSocket upgrades pass. After \`Upgrade: h2c\` a visitor could send further requests that doorward never
# checks. The empty value keeps connections to the upstreams open.
map $http_upgrade $doorward_upgrade {
    default       '';
    ~*^websocket$ websocket;
}
map $doorward_upgrade $doorward_connection {
    default upgrade;
    ''      '';
}

# The access log of doorward-server.conf. Its last field is the id that doorward's log lines and pages have too. No
# query: that of a sign-in has an issuer's code.
log_format doorward '$remote_addr [$time_iso8601] "$request_method $scheme://$host$uri $server_protocol" '
                    '$status $body_bytes_sent "$http_user_agent" $request_id';

# The visitor's cookies without doorward's session cookie: an app that stores or leaks it would give access to
# every other app. Two passes, because a host below a site's cookie domain can have its own site, and browsers
# then send both cookies.
map $http_cookie $doorward_cookie_once {
    default $http_cookie;
    "~^(?<doorward_a>|.*; *)(?:__(?:Host|Secure)-doorward-[0-9a-f]{6}=[^;]*(?:; *|$))+(?<doorward_b>.*)$"
            $doorward_a$doorward_b;
}
map $doorward_cookie_once $doorward_app_cookie {
    default $doorward_cookie_once;
    "~^(?<doorward_c>|.*; *)(?:__(?:Host|Secure)-doorward-[0-9a-f]{6}=[^;]*(?:; *|$))+(?<doorward_d>.*)$"
            $doorward_c$doorward_d;
}
`;

/** Takes the port from the listener, because the visitor's Host header can name any port. */
function authority(hosts: readonly PublicHost[]): string {
  const odd = new Set(
    hosts.filter(({ host, authority: own }) => own !== host).map(({ port }) => port),
  );
  const lines = [...odd].map((port) => `    ${port} $host:${port};\n`);
  return `
# The public host, with the port unless it is the scheme's default.
map $server_port $doorward_authority {
    default $host;
${lines.join("")}}
`;
}

function isLong(name: string): boolean {
  return name.length > 40;
}

/** Hash sizes without which nginx does not start when a name is long. */
function longNames(hosts: readonly PublicHost[], identityHeaders: readonly string[]): string {
  const lines = [
    ...(hosts.some(({ host }) => isLong(host)) ? ["server_names_hash_bucket_size 512;\n"] : []),
    ...(identityHeaders.some(isLong) ? ["proxy_headers_hash_bucket_size 256;\n"] : []),
  ];
  return lines.length === 0 ? "" : `\n# Needed for long host or header names.\n${lines.join("")}`;
}

function unknownHosts(hosts: readonly PublicHost[]): string[] {
  const ports = new Map(hosts.map(({ port, scheme }) => [port, scheme]));
  if (ports.has(443)) ports.set(80, "http");
  return [
    `
# Requests for unknown hosts get no certificate and no response.
# This replaces the default site of your distribution: remove that one.
`,
    [...ports]
      .map(([port, scheme]) => (scheme === "https" ? overTls(port) : plain(port)))
      .join("\n"),
  ];
}

function overTls(port: number): string {
  return `server {
    listen ${port} ssl default_server;
    ssl_protocols TLSv1.2 TLSv1.3;          # the default server sets this for the whole port
    ssl_reject_handshake on;
    return 444;
}
`;
}

function plain(port: number): string {
  return `server {
    listen ${port} default_server;
    return 444;
}
`;
}
