// How card fields are written and what is wrong with them, in Stripe.js's words.

const digits = (text) => text.replace(/\D/g, "");
const isAmex = (number) => /^3[47]/.test(number);

export function formatNumber(text) {
  const number = digits(text).slice(0, isAmex(digits(text)) ? 15 : 19);
  const groups = isAmex(number) ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/ : null;
  if (groups) return (number.match(groups) ?? []).slice(1).filter(Boolean).join(" ");
  return number.replace(/(\d{4})(?=\d)/g, "$1 ");
}

// `1234`, `12/34` and `12 / 2034` all read as December 2034; a lone 2–9 is that month.
export function formatExpiry(text) {
  const [first, ...after] = text.split("/");
  let number = digits(text);
  if (after.length && digits(first).length === 1) number = `0${number}`;
  if (/^[2-9]/.test(number)) number = `0${number}`;
  if (/^\d{2}20\d{2}/.test(number)) number = number.slice(0, 2) + number.slice(4);
  number = number.slice(0, 4);
  return number.length > 2 ? `${number.slice(0, 2)} / ${number.slice(2)}` : number;
}

export const formatCode = (text) => digits(text).slice(0, 4);

function passesLuhn(number) {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (1 + (place % 2));
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const problem = (code, message) => ({ type: "validation_error", code, message });

export function checkNumber(text) {
  const number = digits(text);
  const length = isAmex(number) ? 15 : /^3(0|6|8)/.test(number) ? 14 : 16;
  if (number.length < length) return problem("incomplete_number", "Your card number is incomplete.");
  if (!passesLuhn(number)) return problem("invalid_number", "Your card number is invalid.");
  return null;
}

export function readExpiry(text) {
  const number = digits(text);
  return { month: Number(number.slice(0, 2)), year: 2000 + Number(number.slice(2, 4)) };
}

export function checkExpiry(text, today = new Date()) {
  if (digits(text).length < 4) {
    return problem("incomplete_expiry", "Your card's expiration date is incomplete.");
  }
  const { month, year } = readExpiry(text);
  if (month < 1 || month > 12) {
    return problem("invalid_expiry_month", "Your card's expiration date is invalid.");
  }
  if (year < today.getUTCFullYear()) {
    return problem("invalid_expiry_year_past", "Your card's expiration year is in the past.");
  }
  if (year === today.getUTCFullYear() && month < today.getUTCMonth() + 1) {
    return problem("invalid_expiry_month_past", "Your card's expiration date is in the past.");
  }
  return null;
}

export function checkCode(text, number) {
  const length = isAmex(digits(number)) ? 4 : 3;
  if (text.length < length) {
    return problem("incomplete_cvc", "Your card's security code is incomplete.");
  }
  return null;
}
