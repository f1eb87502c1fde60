/** What the arguments of `npm run deploy` say of the name and the origin, as `-c name=value` of CDK. */
export const planDeployment = (args: readonly string[]): { name: string; origin: string | undefined } => {
  const context = new Map<string, string>();
  for (const [index, arg] of args.entries()) {
    if (arg !== '-c' && arg !== '--context') continue;
    const [key = '', ...value] = (args[index + 1] ?? '').split('=');
    context.set(key, value.join('='));
  }
  const domain = context.get('domain');
  return {
    name: context.get('name') ?? 'Vybzz',
    origin: context.get('origin') ?? (domain ? `https://${domain}` : undefined),
  };
};
