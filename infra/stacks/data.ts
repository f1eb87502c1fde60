import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledged.ts';
import { requireOrigin } from '../constructs/origin-known.ts';
import { StreamTable } from '../constructs/stream-table.ts';
import { UploadsBucket } from '../constructs/uploads-bucket.ts';

type Props = StackProps & {
  maxWriteUnits: number;
  restoredTable: string | undefined;
  origin: string;
  iceUrls: readonly string[];
};

/** What lasts: the table, what people have uploaded, and the credentials that `npm run setup:mux` fills in. */
export class DataStack extends Stack {
  readonly table: StreamTable;
  readonly uploads: UploadsBucket;
  /** JSON: `MUX_TOKEN_ID`, `MUX_TOKEN_SECRET`, `MUX_WEBHOOK_SECRETS`, `MUX_SIGNING_KEY_ID`, `MUX_SIGNING_PRIVATE_KEY`. */
  readonly mux: Secret;
  /** Signs the cursors of lists: `CURSOR_SECRET`. */
  readonly cursor: Secret;
  /** What the key is made of by which push services know us: `VAPID_SECRET`. */
  readonly push: Secret;
  /** What the distribution says of each request that it hands on: `EDGE_SECRET`. */
  readonly edge: Secret;
  /** What TURN servers let people in by: `TURN_SECRET`, to be set there as well; absent where there are none. */
  readonly turn: Secret | undefined;

  constructor(scope: Construct, id: string, { maxWriteUnits, restoredTable, origin, iceUrls, ...props }: Props) {
    super(scope, id, props);
    requireOrigin(this, origin);
    this.table = new StreamTable(this, 'Streams', { maxWriteUnits, restored: restoredTable });
    this.uploads = new UploadsBucket(this, 'Uploads', { origin });
    this.mux = new Secret(this, 'Mux', {
      description: 'Vybzz: credentials of Mux, written by npm run setup:mux',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.cursor = new Secret(this, 'Cursor', {
      description: 'Vybzz: signs the cursors of lists',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'CURSOR_SECRET',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.push = new Secret(this, 'Push', {
      description: 'Vybzz: the key by which push services know us is made of it',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'VAPID_SECRET',
        passwordLength: 48,
        excludePunctuation: true,
      },
      // every browser's subscription is for this key
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.edge = new Secret(this, 'Edge', {
      description: 'Vybzz: by which the APIs know the distribution',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'EDGE_SECRET',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.turn = iceUrls.some((url) => url.startsWith('turn')) ? this.#turnSecret() : undefined;
    new CfnOutput(this, 'CursorSecret', { description: 'Signs the cursors of lists', value: this.cursor.secretArn });
    new CfnOutput(this, 'EdgeSecret', {
      description: 'By which the APIs know the distribution',
      value: this.edge.secretArn,
    });
    new CfnOutput(this, 'TableName', { description: 'The one table', value: this.table.tableName });
    new CfnOutput(this, 'OwnTableName', {
      description: "The stack's own: the one table, unless another was restored",
      value: this.table.own.tableName,
    });
    new CfnOutput(this, 'MuxSecret', { description: 'What npm run setup:mux fills in', value: this.mux.secretArn });
    acknowledge(this.mux, { SMG4: 'Only Mux makes its tokens: npm run setup:mux rotates them, as the runbook says' });
    acknowledge(this.edge, { SMG4: 'It is changed on both sides at once: npm run operate -- rotate-edge' });
    acknowledge(this.push, { SMG4: 'Browsers have subscribed for this key: another would lose every one of them' });
    acknowledge(this.cursor, {
      SMG4: 'It signs places in lists, nothing else; a rotation would break pages half-read',
    });
  }

  #turnSecret(): Secret {
    const secret = new Secret(this, 'Turn', {
      description: 'Vybzz: what TURN servers let guests and studios in by',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'TURN_SECRET',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(secret, { SMG4: 'The TURN servers have it too: whoever runs them changes it on both sides' });
    new CfnOutput(this, 'TurnSecret', {
      description: 'What the TURN servers have to be told',
      value: secret.secretArn,
    });
    return secret;
  }
}
