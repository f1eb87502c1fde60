import { Refusal } from '../http/refusal.ts';

export const postGone = () => new Refusal('post-not-found', 'There is no such post.');
export const blocked = () => new Refusal('blocked', 'You cannot do that here.');
