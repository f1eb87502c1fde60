export const reference = {
  api: 'The API of Vybzz',
  whatItIs:
    'What this app does, a program of yours can do as well: JSON over HTTPS, at this very address. The same is written for programs in <file>openapi.json</file>.',
  howToSignIn: 'Calls for who is signed in take a token in the header Authorization, as “Bearer” and the token.',
  anyCallMayRefuse: 'Any call may be refused with',
  shapes: 'Shapes',
  who: 'For',
  anyone: 'Anyone',
  signedIn: 'Who is signed in',
  mux: 'Mux alone, by its signature',
  query: 'Query',
  body: 'Body',
  answer: 'Answer',
  withoutABody: '{status}, without a body',
  refusals: 'Refusals of its own',
  couldNotBeLoaded: 'The description of the API could not be loaded',
  loading: 'Loading the description of the API',
};
