/** Keys that the shell has one half of, which counts as none; undefined: both, or neither. */
export function halfOfKeys(env: NodeJS.ProcessEnv): string | undefined {
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  const [there, missing] = env[names[0]] ? names : ([names[1], names[0]] as const);
  if (!env[there] || env[missing]) return undefined;
  return `must be there, and of two variables only one is set in this shell, ${there}; set ${missing} as well, or log in and unset ${there}`;
}
