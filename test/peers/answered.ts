/**
 * The first response that is no 503, which doorward sends while Redis, the disk or the issuer stalls for longer than it
 * waits. For tests that are not about that.
 */
export async function answered<Response extends { readonly status: number }>(
  ask: () => Promise<Response>,
): Promise<Response> {
  for (;;) {
    const response = await ask();
    if (response.status !== 503) return response;
  }
}
