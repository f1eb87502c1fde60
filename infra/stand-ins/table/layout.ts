/** Where everything lies in LevelDB. Table and index names cannot contain `~`, so no key reaches into another part. */
export const layout = {
  tables: 'table~',
  table: (table: string) => `table~${table}`,
  items: (table: string) => `item~${table}~`,
  indexes: (table: string) => `index~${table}~`,
  index: (table: string, index: string) => `index~${table}~${index}~`,
  timeToLives: 'ttl~',
  timeToLive: (table: string) => `ttl~${table}`,
  tokens: 'token~',
  token: (token: string) => `token~${token}`,
} as const;

/** The range of every key that begins with this prefix. */
export const under = (prefix: string) => ({ gte: prefix, lt: `${prefix}\xff` });
