// The card frame: collects the card, checks it, and confirms the payment with the API itself.
import {
  checkCode, checkExpiry, checkNumber, formatCode, formatExpiry, formatNumber, readExpiry,
} from "/v3/card.js";

const field = (id) => document.getElementById(id);
const number = field("number");
const expiry = field("expiry");
const code = field("cvc");
const fields = [
  { input: number, format: formatNumber, check: () => checkNumber(number.value) },
  { input: expiry, format: formatExpiry, check: () => checkExpiry(expiry.value) },
  { input: code, format: formatCode, check: () => checkCode(code.value, number.value) },
];
let page = null; // the origin that embeds this frame, known from its first message

const tell = (sandbox, rest = {}) => parent.postMessage({ sandbox, ...rest }, page ?? "*");

// Keeps the caret where the person is typing when separators come or go.
function rewrite({ input, format }) {
  const caret = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
  const atEnd = input.selectionStart === input.value.length;
  input.value = format(input.value);
  if (atEnd) return;
  let place = 0;
  for (let seen = 0; seen < caret && place < input.value.length; place += 1) {
    if (/\d/.test(input.value[place])) seen += 1;
  }
  input.setSelectionRange(place, place);
}

function show({ input }, error) {
  field(`${input.id}-error`).textContent = error?.message ?? "";
  if (error) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function announce() {
  const complete = fields.every(({ check }) => !check());
  const empty = fields.every(({ input }) => !input.value);
  tell("change", { detail: { complete, empty, collapsed: false, value: { type: "card" } } });
}

function validate() {
  const wrong = fields.map((one) => ({ one, error: one.check() }));
  for (const { one, error } of wrong) show(one, error);
  const first = wrong.find(({ error }) => error);
  first?.one.input.focus();
  return first ? { error: first.error } : {};
}

function append(form, name, value) {
  if (value === null || value === undefined) return;
  if (typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) append(form, `${name}[${key}]`, inner);
  } else {
    form.append(name, value);
  }
}

async function confirm({ key, clientSecret, params }) {
  const { month, year } = readExpiry(expiry.value);
  const form = new URLSearchParams({ key, client_secret: clientSecret, use_stripe_sdk: "true" });
  const { payment_method_data: given = {}, return_url, receipt_email, shipping } = params;
  append(form, "payment_method_data", {
    type: "card",
    billing_details: given.billing_details,
    card: {
      number: number.value.replace(/\D/g, ""), exp_month: month, exp_year: year, cvc: code.value,
    },
  });
  for (const [name, value] of Object.entries({ return_url, receipt_email, shipping })) {
    append(form, name, value);
  }
  const id = clientSecret.split("_secret_")[0];
  try {
    const reply = await fetch(`/v1/payment_intents/${id}/confirm`, { method: "POST", body: form });
    const body = await reply.json();
    return reply.ok ? { paymentIntent: body } : { error: body.error };
  } catch {
    return {
      error: {
        type: "api_connection_error",
        message:
          "We are experiencing issues connecting to our payments provider. " +
          "Please check your internet connection and try again.",
      },
    };
  }
}

const NAMES = { ".Input": "input", ".Label": "label", ".Error": ".error" }; // Stripe's names for parts of the form
const ours = new CSSStyleSheet();
document.adoptedStyleSheets = [ours];

// What an appearance's `rules` say of the parts that this form has.
function rulesOf(rules) {
  return Object.entries(rules).flatMap(([name, declarations]) => {
    const part = Object.keys(NAMES).find((known) => name.startsWith(known));
    if (!part) return [];
    const said = Object.entries(declarations).map(([property, value]) => {
      return `${property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value}`;
    });
    return [`${name.replace(part, NAMES[part])} { ${said.join("; ")} }`];
  });
}

async function load({ family, src, ...descriptors }) {
  if (!family) return; // a `cssSrc` is a stylesheet elsewhere
  try {
    document.fonts.add(await new FontFace(family, src, descriptors).load());
  } catch {
    // The next one of the family's list is shown.
  }
}

function restyle({ appearance, fonts, colorScheme }) {
  const root = document.documentElement;
  root.dataset.theme = appearance.theme ?? "stripe";
  root.style.colorScheme = colorScheme || "normal";
  root.classList.toggle("painted", Boolean(appearance.variables?.colorBackground));
  for (const [name, value] of Object.entries(appearance.variables ?? {})) {
    root.style.setProperty(`--${name}`, value);
  }
  ours.replaceSync(rulesOf(appearance.rules ?? {}).join("\n"));
  for (const font of fonts) load(font);
  return {};
}

function clear() {
  for (const one of fields) {
    one.input.value = "";
    show(one, null);
  }
  announce();
  return {};
}

const actions = {
  validate,
  confirm,
  style: restyle,
  clear,
  focus: () => { number.focus(); return {}; },
  blur: () => { document.activeElement?.blur(); return {}; },
};

addEventListener("message", async (event) => {
  if (event.source !== parent || event.data?.sandbox !== "ask") return;
  page ??= event.origin;
  if (event.origin !== page) return;
  const { id, action, detail } = event.data;
  tell("answer", { id, answer: await actions[action](detail) });
});

for (const one of fields) {
  one.input.addEventListener("input", () => {
    rewrite(one);
    show(one, null);
    announce();
  });
  // Leaving the frame shows nothing yet: a message makes the frame taller, and would move the page's
  // button away between the press and the release of the mouse. Confirming checks every field.
  one.input.addEventListener("blur", ({ relatedTarget }) => {
    if (relatedTarget && one.input.value) show(one, one.check());
    tell("blur");
  });
  one.input.addEventListener("focus", () => tell("focus"));
}
field("card").addEventListener("submit", (event) => event.preventDefault());
addEventListener("keydown", (event) => { if (event.key === "Escape") tell("escape"); });

const measure = () => tell("height", { detail: Math.ceil(document.body.getBoundingClientRect().height) });
new ResizeObserver(measure).observe(document.body);
tell("loaded");
