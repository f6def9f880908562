// The bank's page of the sandbox: the person passes or fails, then the payment goes on.
const query = new URLSearchParams(location.search);
const client_secret = query.get("client_secret") ?? "";
const buttons = [...document.querySelectorAll("button")];
const progress = document.getElementById("progress");

async function finish(outcome) {
  for (const button of buttons) button.disabled = true;
  progress.textContent = "One moment …";
  let result;
  try {
    const form = new URLSearchParams({ client_secret, outcome });
    const reply = await fetch("/v3/authenticate", { method: "POST", body: form });
    result = await reply.json();
  } catch {
    result = { error: { type: "api_connection_error", message: "The bank cannot be reached." } };
  }
  if (result.return_url) location.assign(result.return_url);
  else parent.postMessage({ sandbox: "authenticated", result }, "*");
}

document.getElementById("complete").addEventListener("click", () => finish("complete"));
document.getElementById("fail").addEventListener("click", () => finish("fail"));
document.getElementById("pending").addEventListener("click", () => finish("pending"));
addEventListener("message", (event) => {
  if (event.source === parent && event.data?.sandbox === "give up") finish("fail");
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && parent !== window) finish("fail");
});

const reply = await fetch(`/v3/challenge?${new URLSearchParams({ client_secret })}`);
const { amount, type } = await reply.json();
if (type === "pay_by_bank") {
  document.title = document.getElementById("title").textContent = "Bank test page";
  document.getElementById("complete").textContent = "Authorise the payment";
  document.getElementById("fail").textContent = "Refuse the payment";
  document.getElementById("pending").hidden = false;
}
if (amount) document.getElementById("amount").textContent = `Payment: ${amount}`;
document.getElementById("complete").focus();
