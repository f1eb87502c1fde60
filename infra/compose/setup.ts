import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ensureTable } from '#store/table';
import { readEnvironment, say } from './environment.ts';
import { ensureSecret } from './secrets.ts';

/** Makes the table and the secret where they are missing, and ends. LocalStack without a licence forgets both when it stops. */
const { TABLE_NAME } = readEnvironment();
await ensureTable(new DynamoDBClient({}), TABLE_NAME);
say(`table ${TABLE_NAME}: there`);
say(`secret: ${await ensureSecret(new SecretsManagerClient({}))}`);
process.exit(0);
