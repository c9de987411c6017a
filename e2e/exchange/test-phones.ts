/** The lines and phones that the tests' exchange has. All secrets follow `secretOf`. */
export const OPERATOR_LINES = ['8000', '8009'] as const;
export const HEADSET_PHONES = ['8001', '8010'] as const;
export const GUEST_PHONES = ['8002', '8003', '8004', '8005', '8006', '8007'] as const;
/** Demands SHA-256 digest; only where the exchange knows it. */
export const SHA256_PHONE = '8011';
/** Stands for the outside: what it calls comes in, what goes out rings it. */
export const TRUNK_PHONE = 'trunk';

/** The secret of a line or phone of the tests' exchange. */
export function secretOf(number: string): string {
  return `secret-${number}`;
}

function section(number: string, kind: 'phone' | 'trunk', name: string, auth = ''): string {
  return [
    `[${number}](cordboard-${kind})`,
    `auth=${number}`,
    `aors=${number}`,
    `callerid="${name}" <${number}>`,
    `[${number}](cordboard-auth)`,
    `username=${number}`,
    `password=${secretOf(number)}`,
    auth,
    `[${number}](cordboard-phone-aor)`,
    '',
  ].join('\n');
}

/** What the tests add to `pjsip.conf`: guests' phones and a trunk. */
export function testPhones(sha256: boolean): string {
  const guests = GUEST_PHONES.map((number) => section(number, 'phone', `Room ${number}`));
  const strict = section(SHA256_PHONE, 'phone', 'Room 8011', 'supported_algorithms_uas=SHA-256');
  const trunk = section(TRUNK_PHONE, 'trunk', 'Trunk').replace('callerid="Trunk" <trunk>\n', '');
  return [...guests, ...(sha256 ? [strict] : []), trunk].join('\n');
}
