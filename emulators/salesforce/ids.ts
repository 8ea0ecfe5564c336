/**
 * Record ids: 15 case-sensitive characters (3 of the object, 12 of the record), or 18 with a checksum of the
 * letters' case. Salesforce takes both and answers with 18.
 */

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const checksumLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const idShape = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;

/** The 18-character id of the `serial`-th record of the object whose ids begin with `prefix`. */
export function recordId(prefix: string, serial: number): string {
  let digits = "";
  for (let rest = serial; digits.length < 10; rest = Math.floor(rest / 62)) {
    digits = base62.charAt(rest % 62) + digits;
  }
  return withChecksum(`${prefix}Bt${digits}`);
}

/** 15 or 18 characters, letters and digits. */
export function isRecordId(text: string): boolean {
  return idShape.test(text);
}

/** The 18-character form of an id; the text itself when it is no id. */
export function fullId(text: string): string {
  return text.length === 15 && idShape.test(text) ? withChecksum(text) : text;
}

function withChecksum(id15: string): string {
  let checksum = "";
  for (let block = 0; block < 3; block++) {
    let bits = 0;
    for (let index = 0; index < 5; index++) {
      const code = id15.charCodeAt(block * 5 + index);
      if (code >= 65 && code <= 90) bits |= 1 << index;
    }
    checksum += checksumLetters.charAt(bits);
  }
  return id15 + checksum;
}
