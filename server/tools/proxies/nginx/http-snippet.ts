import type { PublicHost } from "../public-hosts.ts";

/** What stands once at the level of `http`. */
export function httpSnippet(
  hosts: readonly PublicHost[],
  identityHeaders: readonly string[],
): string {
  return [intro, authority(hosts), longNames(hosts, identityHeaders), ...strangers(hosts)].join("");
}

const intro = `# Once, at the level of http { }.

# Of all protocols a visitor could ask to change to, only WebSocket passes: over \`Upgrade: h2c\` an app would
# take further requests, past every question. The empty value keeps connections to the upstreams open.
map $http_upgrade $doorward_upgrade {
    default       '';
    ~*^websocket$ websocket;
}
map $doorward_upgrade $doorward_connection {
    default upgrade;
    ''      '';
}

# The visitor's cookies without doorward's own: an app that keeps or leaks them would give away a key that
# opens every other app too. Twice, for beneath a site's domain a host may have a site of its own, and its
# visitors then send both cookies.
map $http_cookie $doorward_cookie_once {
    default $http_cookie;
    "~^(?<doorward_a>|.*; *)(?:__(?:Host|Secure)-doorward=[^;]*(?:; *|$))+(?<doorward_b>.*)$"
            $doorward_a$doorward_b;
}
map $doorward_cookie_once $doorward_app_cookie {
    default $doorward_cookie_once;
    "~^(?<doorward_c>|.*; *)(?:__(?:Host|Secure)-doorward=[^;]*(?:; *|$))+(?<doorward_d>.*)$"
            $doorward_c$doorward_d;
}
`;

/** The port by the listener that was reached: what the visitor wrote is not to be believed. */
function authority(hosts: readonly PublicHost[]): string {
  const odd = new Set(
    hosts.filter(({ host, authority: own }) => own !== host).map(({ port }) => port),
  );
  const lines = [...odd].map((port) => `    ${port} $host:${port};\n`);
  return `
# The site's name as visitors write it: with the port, where that is not the usual one.
map $server_port $doorward_authority {
    default $host;
${lines.join("")}}
`;
}

function isLong(name: string): boolean {
  return name.length > 40;
}

/** What nginx does not start without where a name is longer than it expects. */
function longNames(hosts: readonly PublicHost[], identityHeaders: readonly string[]): string {
  const lines = [
    ...(hosts.some(({ host }) => isLong(host)) ? ["server_names_hash_bucket_size 512;\n"] : []),
    ...(identityHeaders.some(isLong) ? ["proxy_headers_hash_bucket_size 256;\n"] : []),
  ];
  return lines.length === 0 ? "" : `\n# For the long names.\n${lines.join("")}`;
}

function strangers(hosts: readonly PublicHost[]): string[] {
  const ports = new Map(hosts.map(({ port, scheme }) => [port, scheme]));
  if (ports.has(443)) ports.set(80, "http");
  return [
    `
# Whoever names a host that is not ours gets nothing: no certificate, and no answer to a false Host.
# This takes the place of the default site that your distribution brings.
`,
    [...ports]
      .map(([port, scheme]) => (scheme === "https" ? overTls(port) : plain(port)))
      .join("\n"),
  ];
}

function overTls(port: number): string {
  return `server {
    listen ${port} ssl default_server;
    ssl_protocols TLSv1.2 TLSv1.3;          # the default server's choice holds for the whole port
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
