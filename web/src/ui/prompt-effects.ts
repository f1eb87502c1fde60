import { options } from 'preact';

/**
 * Effects run before the next event is heard, as React has them after what a person does. Preact leaves them for after the next
 * picture, 35 ms on at most: whoever pressed Enter right after the last letter sent what stood there before it, because a
 * library hands over an event's function in an effect.
 */
options.requestAnimationFrame = queueMicrotask;
