import { useState } from 'react';
import { playerMemory } from './player-memory.ts';

/** Whether the picture takes the width of the page, as it was chosen last; and a way to choose. */
export const useTheatre = (): [boolean, (theatre: boolean) => void] => {
  const [theatre, setTheatre] = useState(() => playerMemory.read().theatre);
  const choose = (next: boolean) => {
    playerMemory.remember({ theatre: next });
    setTheatre(next);
  };
  return [theatre, choose];
};
