import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startProxy, type Proxy } from "../../peers/proxy-process.ts";
import { createCertificate } from "../../peers/tls.ts";

/** A host behind nginx. */
export interface RecipeHost {
  readonly name: string;
  readonly doorwardPort: number;
  /** Undefined: the host serves only oauth2-proxy's endpoints. */
  readonly appPort?: number;
  /** How nginx handles a 401: `= @sign_in` redirects, `=403 /oauth2/sign_in` shows the page. */
  readonly onUnauthorized?: string;
  /** The redirect target of `@sign_in`. */
  readonly signIn?: string;
  readonly isPlain?: boolean;
  /** Further directives for the server and for its location `/`. */
  readonly server?: string;
  readonly location?: string;
}

const identityParts = ["User", "Email", "Groups", "Preferred-Username", "Access-Token"];

/** The real nginx with oauth2-proxy's unchanged recipe for `auth_request`. */
export function startRecipe(hosts: readonly RecipeHost[]): Promise<Proxy> {
  const names = hosts.map(({ name }) => name);
  return startProxy(
    { files: new Map(), doorwardPort: 0, appPort: 0, hosts: names },
    async (folder, { http, https }) => {
      await mkdir(join(folder, "tls"));
      createCertificate(join(folder, "tls/host"), names);
      const servers = hosts.map((host) =>
        serverOf(host, [`127.0.0.1:${http}`, `127.0.0.1:${https} ssl`]),
      );
      await writeFile(join(folder, "nginx.conf"), mainFile(servers.join("\n")));
      return { program: "nginx", args: ["-p", folder, "-e", "stderr", "-c", "nginx.conf"] };
    },
  );
}

function serverOf(host: RecipeHost, listen: readonly string[]): string {
  const { name, doorwardPort, server = "" } = host;
  return `server {
    ${listen.map((place) => `listen ${place};`).join("\n    ")}
    server_name ${name};
    ssl_certificate tls/host.pem;
    ssl_certificate_key tls/host.key;
    ${server}
    location /oauth2/ {
      proxy_pass http://127.0.0.1:${doorwardPort};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Auth-Request-Redirect $request_uri;
    }
    location = /oauth2/auth {
      proxy_pass http://127.0.0.1:${doorwardPort};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header Content-Length "";
      proxy_pass_request_body off;
    }
    ${appOf(host)}
  }`;
}

function appOf({
  appPort,
  onUnauthorized = "= @sign_in",
  signIn = "/oauth2/sign_in",
  location = "",
}: RecipeHost): string {
  if (appPort === undefined) return "";
  const names = identityParts.map(
    (part) => [part, `$identity_${part.toLowerCase().replace("-", "_")}`] as const,
  );
  return `location / {
      ${location === "" ? `auth_request /oauth2/auth;\n      error_page 401 ${onUnauthorized};` : location}
      ${names.map(([part, variable]) => `auth_request_set ${variable} $upstream_http_x_auth_request_${part.toLowerCase().replace("-", "_")};`).join("\n      ")}
      ${names.map(([part, variable]) => `proxy_set_header X-Auth-Request-${part} ${variable};`).join("\n      ")}
      proxy_set_header Host $host;
      proxy_pass http://127.0.0.1:${appPort};
    }
    location @sign_in { return 302 ${signIn}?rd=$scheme://$host$request_uri; }`;
}

function mainFile(servers: string): string {
  return `
    daemon off;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    worker_processes 1;
    pid nginx.pid;
    events { worker_connections 256; }
    http {
      access_log off;
      port_in_redirect off; # the public port is the default one
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      ${servers}
    }
  `;
}
