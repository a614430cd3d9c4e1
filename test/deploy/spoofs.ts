/** Headers with which a visitor describes another request or connection. No value may reach doorward or the app. */
export const spoofs: readonly Record<string, string>[] = [
  { "X-Forwarded-Uri": "/spoofed", "X-Forwarded-Method": "SPOOFED" },
  { "X-Forwarded-Host": "spoofed.example", "X-Forwarded-Proto": "spoofed" },
  { "X-Original-URL": "https://spoofed.example/", "X-Original-Method": "SPOOFED" },
  { "X-Original-URL": "https://app.example.com/spoofed" },
  { x_forwarded_uri: "/spoofed", x_original_url: "https://spoofed.example/" },
  { "X-Original-Uri": "/spoofed", "X-Auth-Request-Redirect": "/spoofed" },
  { "X-Rewrite-URL": "/spoofed", "X-Original-Host": "spoofed.example" },
  { "X-Forwarded-For": "spoofed", "X-Real-IP": "spoofed", Forwarded: "host=spoofed" },
  { "X-Forwarded-Prefix": "/spoofed", "X-Forwarded-Path": "/spoofed" },
  { "X-Forwarded-Port": "spoofed" },
];
