import { Refusal } from '../http/refusal.ts';

export const postGone = () => new Refusal('post-not-found', 'There is no such post.');
export const uploadGone = () =>
  new Refusal('upload-not-found', 'There is no such file of yours that waits for a post.');
export const uploadUnusable = () =>
  new Refusal('upload-unusable', 'This file cannot be shown: it is damaged, too large, or not what its name says.');
export const blocked = () => new Refusal('blocked', 'You cannot do that here.');
