import { expect, it } from 'vitest';
import { Acts } from './acts.ts';

it('runs one act after another, in the order asked, whatever an act does', async () => {
  const acts = new Acts();
  const seen: string[] = [];
  const slow = acts.run(async () => {
    seen.push('slow begins');
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push('slow ends');
    return 1;
  });
  const failing = acts.run(async () => {
    seen.push('fails');
    throw new Error('no');
  });
  const last = acts.run(async () => {
    seen.push('last');
    return 3;
  });
  await expect(failing).rejects.toThrow('no');
  expect([await slow, await last]).toEqual([1, 3]);
  expect(seen).toEqual(['slow begins', 'slow ends', 'fails', 'last']);
});
