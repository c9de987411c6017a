const PLACE = /\{([a-z]+)\}/g;

/** What may be dialled inside a code: digits, `*`, `#`, `+` and A to D, at most 64 of them. */
const DIALLABLE = /^[0-9A-D*#+]{1,64}$/;

/**
 * Fills the places of a template: `featureCode('*8{ext}', { ext: '8004' })` is `*88004`.
 * Returns null where a place has no value, or a value has anything but diallable characters, so that no
 * input of a user can become a part of a SIP address other than the number.
 */
export function featureCode(template: string, values: Readonly<Record<string, string>>): string | null {
  let whole = true;
  const code = template.replace(PLACE, (_place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined && DIALLABLE.test(value)) return value;
    whole = false;
    return '';
  });
  return whole ? code : null;
}
