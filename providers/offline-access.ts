/** How doorward asks for a refresh token. */
export interface OfflineAccess {
  /**
   * "scope": with `offline_access` (OpenID Connect Core §11), if the metadata offers it. "nothing": not at all. Else:
   * with these parameters of the authorization request.
   */
  readonly request: "scope" | "nothing" | Readonly<Record<string, string>>;
  /** The provider's behaviour that makes this the right request, for docs/providers.md. */
  readonly because: string;
}

export function onlyWithScope(label: string, ...exceptions: readonly string[]): OfflineAccess {
  const because = [`${label} sends a refresh token only with this scope`, ...exceptions].join(", ");
  return { request: "scope", because };
}

export function withEveryCode(label: string): OfflineAccess {
  const because = `${label} has no such scope and sends a refresh token with every code`;
  return { request: "nothing", because };
}
