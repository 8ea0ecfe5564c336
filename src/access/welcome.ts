/** The page on which the holder of a one-time link sets a password. After the `#`: a browser sends that to nobody. */
export function welcomeLink(origin: string, token: string): string {
  return `${origin}/welcome#${token}`;
}
