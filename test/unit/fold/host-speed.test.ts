/** How long a reading takes, learned from replies: both rates where they can be told apart, else a likely relation. */
import { expect, it } from 'vitest';
import { HostSpeed, HostSpeeds } from '../../../server/src/fold/host-speed';

const timed = (promptTokens: number, completionTokens: number) => ({
  promptTokens,
  completionTokens,
  durationMs: promptTokens * 2 + completionTokens * 50,
});

it('finds reading and writing apart from replies of different shapes', () => {
  const speed = new HostSpeed();
  expect(speed.seconds(1000, 100)).toBeNull();
  for (const [prompt, completion] of [[200, 16], [1500, 40], [300, 200], [900, 10]] as const) speed.learn(timed(prompt, completion)); // prettier-ignore
  expect(speed.seconds(10_000, 0)).toBeCloseTo(20, 1);
  expect(speed.seconds(0, 100)).toBeCloseTo(5, 1);
});

it('says something likely after one reply, and follows a host that gets slower', () => {
  const speed = new HostSpeed();
  speed.learn(timed(1000, 100));
  expect(speed.seconds(1000, 100)).toBeCloseTo(7, 5);
  for (let idx = 0; idx < 60; idx += 1) speed.learn({ ...timed(1000, 100), durationMs: 70_000 });
  expect(speed.seconds(1000, 100)).toBeGreaterThan(60);
});

it('keeps the speeds of models apart', () => {
  const speeds = new HostSpeeds();
  speeds.of('one').learn(timed(100, 10));
  expect([speeds.of('one').isKnown, speeds.of('other').isKnown]).toEqual([true, false]);
});
