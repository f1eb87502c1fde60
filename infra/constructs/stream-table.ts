import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { INDEXES, TTL_ATTRIBUTE } from '#store/table';

type Props = {
  maxWriteUnits: number;
  /** Another table to work with in this one's place, which stays. */
  restored?: string | undefined;
};

/** What `functions/store` calls, to which `infra/stacks/stacks.test.ts` holds it; there is no Scan in it, so nobody may. */
const ROOM_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

/**
 * The one table. Its key names are `functions/store/table.ts`'s, what they hold is `keys.ts`'s.
 *
 * Kept when the stack goes, and protected from a deletion by hand: it is the only thing here that cannot be made again.
 * Its keys are the table's own (DynamoDB's AWS-owned key): a key of ours would add a bill and a way to lose everything.
 */
export class StreamTable extends Construct {
  /** The one that everybody works with. */
  readonly table: ITableV2;
  /** The stack's own, which another may have taken the place of. */
  readonly own: ITableV2;

  constructor(scope: Construct, id: string, { maxWriteUnits, restored }: Props) {
    super(scope, id);
    const string = (name: string) => ({ name, type: AttributeType.STRING });
    const own = new TableV2(this, 'Table', {
      partitionKey: string('pk'),
      sortKey: string('sk'),
      globalSecondaryIndexes: Object.entries(INDEXES).map(([indexName, { hash, range }]) => ({
        indexName,
        partitionKey: string(hash),
        sortKey: string(range),
      })),
      billing: Billing.onDemand({ maxWriteRequestUnits: maxWriteUnits }),
      timeToLiveAttribute: TTL_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.own = own;
    this.table = restored === undefined ? own : TableV2.fromTableName(this, 'Restored', restored);
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** A room may read and write items, one by one or in transactions, and query; it may not scan, nor change the table. */
  grantItems(grantee: IGrantable): Grant {
    return this.#grant(grantee, ROOM_ACTIONS);
  }

  /** A room that only shows may look items up, and query. */
  grantReading(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query']);
  }

  #grant(grantee: IGrantable, actions: string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [
        this.table.tableArn,
        ...Object.keys(INDEXES).map((index) => `${this.table.tableArn}/index/${index}`),
      ],
    });
  }

  /**
   * An ingest worker may spend a stream key, take, keep and give back the lease of a stream, and read the channel that the
   * stream is on. It sees no person, post or connection, and cannot query.
   */
  grantLease(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      resourceArns: [this.table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['INGEST#*', 'STREAM#*', 'CREATOR#*'] },
      },
    });
  }
}
