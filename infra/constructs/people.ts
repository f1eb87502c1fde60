import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnManagedLoginBranding,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged.ts';

type Props = { origin: string; domainPrefix: string };

/** One issuer as `AUTH_ISSUERS` wants it. */
export type IssuerSettings = {
  issuer: string;
  kind: string;
  clientId: string;
  audience?: string;
  azp?: string[];
  creatorClaim?: string;
  moderatorClaim?: string;
  scopes?: string[];
};

/** Who may sign in, where no other issuer is given: a Cognito pool with its hosted pages, for one public client with PKCE. */
export class People extends Construct {
  readonly issuer: IssuerSettings;
  /** The hosted pages' own origin, which the web app's CSP has to let through. */
  readonly origins: string[];

  constructor(scope: Construct, id: string, { origin, domainPrefix }: Props) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      autoVerify: { email: true },
      featurePlan: FeaturePlan.ESSENTIALS,
      signInPolicy: { allowedFirstAuthFactors: { password: true, passkey: true } },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(pool, {
      COG2: 'Who wants a second factor has it, or a passkey instead of a password; forcing it would shut passkeys out',
      COG8: 'Threat protection costs $0.02 a person and month; an operator who wants it changes one word here',
    });
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    const scopes = [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE];
    const client = pool.addClient('Web', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      // What the hosted pages want for passkeys. Said, because what is there unsaid holds ALLOW_REFRESH_TOKEN_AUTH, which a client
      // that rotates its refresh tokens may not have.
      authFlows: { user: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes,
        callbackUrls: [`${origin}/signed-in`],
        logoutUrls: [`${origin}/`],
      },
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      enableTokenRevocation: true,
      refreshTokenRotationGracePeriod: Duration.seconds(30),
    });
    // Without a branding the newer hosted pages answer 404.
    new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: pool.userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    const { region } = Stack.of(this);
    this.issuer = {
      issuer: `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`,
      kind: 'cognito',
      clientId: client.userPoolClientId,
      scopes: scopes.map(({ scopeName }) => scopeName),
    };
    this.origins = [`https://cognito-idp.${region}.amazonaws.com`, domain.baseUrl()];
  }
}
