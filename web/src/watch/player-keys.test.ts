// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { actionOf } from './player-keys.ts';

/** What a key does that is pressed on an element of a page with a player. */
const press = (key: string, on: string, more: { ctrlKey?: boolean; defaultPrevented?: boolean } = {}) => {
  document.body.innerHTML = `
    <main tabindex="-1"><input id="line"><textarea id="text"></textarea><div id="free" contenteditable="true"></div><button id="follow">Follow</button></main>
    <div id="menu" role="menu"><div id="item" tabindex="-1"></div></div>
    <div id="player"><video></video><button id="play">Play</button><input id="seek" type="range"></div>`;
  const target = on === 'body' ? document.body : document.querySelector(`#${on}`);
  return actionOf(
    { key, target, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, ...more },
    document.querySelector('#player'),
  );
};

describe('a key', () => {
  it.each([
    [' ', 'toggle'],
    ['k', 'toggle'],
    ['j', 'back'],
    ['ArrowLeft', 'back'],
    ['L', 'on'],
    ['ArrowRight', 'on'],
    ['m', 'mute'],
    ['f', 'fullscreen'],
    ['c', 'captions'],
    ['i', 'picture-in-picture'],
    ['t', 'theatre'],
    ['?', 'keys'],
  ])('%j anywhere on the page does %s', (key, action) => {
    expect(press(key, 'body')).toBe(action);
  });

  it.each(['line', 'text', 'free', 'item'])('does nothing in #%s, where it is somebody else’s', (where) => {
    for (const key of [' ', 'k', 'm', 'f', 'c', '?', 'ArrowLeft']) expect(press(key, where)).toBeUndefined();
  });

  it('does nothing together with Ctrl, or where it has done something already', () => {
    expect(press('f', 'body', { ctrlKey: true })).toBeUndefined();
    expect(press('f', 'body', { defaultPrevented: true })).toBeUndefined();
  });

  it('presses the button that has the focus, where it is Space', () => {
    expect(press(' ', 'follow')).toBeUndefined();
    expect(press(' ', 'play')).toBeUndefined();
    expect(press('m', 'follow')).toBe('mute');
  });

  it('moves the slider that has the focus, where it is an arrow', () => {
    expect(press('ArrowLeft', 'seek')).toBeUndefined();
    expect(press('j', 'seek')).toBe('back');
  });

  it('scrolls the page up and down unless the player has the focus', () => {
    expect(press('ArrowUp', 'body')).toBeUndefined();
    expect(press('ArrowUp', 'play')).toBe('louder');
  });

  it('that means nothing does nothing', () => {
    expect(press('x', 'body')).toBeUndefined();
    expect(press('Escape', 'body')).toBeUndefined();
  });
});
