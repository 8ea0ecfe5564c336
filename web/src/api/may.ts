/** What whoever is signed in may do: the service refuses the rest, screens do not offer it. */
import { useRead } from "./queries.ts";

export function useMay(environment: string, scope: string): boolean {
  return useScopes(environment)(scope);
}

/** The same for many scopes. */
export function useScopes(environment: string): (scope: string) => boolean {
  const { data: me } = useRead("readMe", {});
  return (scope) =>
    me?.grants.some(
      (grant) =>
        (grant.environment === null || grant.environment === environment) &&
        (grant.scopes as readonly string[]).includes(scope),
    ) ?? false;
}
