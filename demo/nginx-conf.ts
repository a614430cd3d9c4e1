import type { Ports } from "./front.ts";

/** The configuration of the demo's nginx. The demo stops the process itself. */
export function nginxConf({ port, doorward, app }: Ports): string {
  return `# The proxy of the demo, with plain http on this machine only. For a real site use deploy/nginx.
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events {}

http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    upstream doorward {
        server 127.0.0.1:${doorward} max_fails=0;
        keepalive 8;
    }
    upstream app {
        server 127.0.0.1:${app} max_fails=0;
        keepalive 8;
    }

    server {
        listen 127.0.0.1:${port};
        proxy_http_version 1.1;

        location / {
            auth_request /doorward-verify;
            auth_request_set $sign_in $upstream_http_location;
            auth_request_set $user $upstream_http_x_auth_request_user;
            auth_request_set $email $upstream_http_x_auth_request_email;
            auth_request_set $groups $upstream_http_x_auth_request_groups;
            auth_request_set $username $upstream_http_x_auth_request_preferred_username;
            error_page 401 = @sign_in;

            # Always set, so that values sent by a visitor are replaced or removed.
            proxy_set_header X-Auth-Request-User $user;
            proxy_set_header X-Auth-Request-Email $email;
            proxy_set_header X-Auth-Request-Groups $groups;
            proxy_set_header X-Auth-Request-Preferred-Username $username;
            proxy_set_header Host localhost:${port};
            proxy_set_header Connection "";
            proxy_pass http://app;
        }

        location = /doorward-verify {
            internal;
            # $host is the host that nginx routes by; $http_host is the raw Host header, which may differ.
            proxy_set_header X-Original-URL $scheme://$host:${port}$request_uri;
            proxy_set_header X-Original-Method $request_method;
            # Cleared: if a visitor sends these, doorward refuses the request as a conflict.
            proxy_set_header X-Forwarded-Uri "";
            proxy_set_header X-Forwarded-Method "";
            proxy_set_header X-Forwarded-Host "";
            proxy_set_header X-Forwarded-Proto "";
            proxy_set_header Host localhost:${port};
            proxy_set_header Connection "";
            proxy_set_header Upgrade "";
            proxy_set_header Content-Length "";
            proxy_pass_request_body off;
            proxy_pass http://doorward/_auth/verify;
        }

        location @sign_in {
            add_header Cache-Control no-store always;
            # doorward sends a script no Location, because a script cannot sign in.
            if ($sign_in = "") {
                return 401;
            }
            return 303 $sign_in;
        }

        location ^~ /_auth/ {
            proxy_set_header Host localhost:${port};
            proxy_set_header Connection "";
            proxy_pass http://doorward;
        }
        # Only the proxy may call /verify.
        location = /_auth/verify {
            return 404;
        }
    }
}
`;
}
