import { MyStreams } from './my-streams.tsx';

export const Studio = () => (
  <>
    <h1>Studio</h1>
    <MyStreams />
  </>
);
