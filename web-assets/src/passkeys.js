// Passkeys: what the browser alone can do. Every form with data-passkey asks the server for a ceremony, has the browser
// hold it, and hands the outcome back. Without this script the forms stay hidden and nothing else is missing.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

  async function send(address, body) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    // A fresh proof is wanted first: the page for it leads back.
    if (answer.redirected) {
      window.location.assign(answer.url);
      return new Promise(() => {});
    }
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? "");
    return answer.json();
  }

  async function register(options) {
    const key = options.publicKey;
    const made = await navigator.credentials.create({
      publicKey: {
        ...key,
        challenge: toBytes(key.challenge),
        user: { ...key.user, id: toBytes(key.user.id) },
        excludeCredentials: named(key.excludeCredentials),
      },
    });
    const { attestationObject, clientDataJSON } = made.response;
    return {
      id: made.id,
      rawId: toText(made.rawId),
      type: made.type,
      response: { attestationObject: toText(attestationObject), clientDataJSON: toText(clientDataJSON) },
      extensions: made.getClientExtensionResults(),
    };
  }

  async function prove(options) {
    const key = options.publicKey;
    const found = await navigator.credentials.get({
      publicKey: { ...key, challenge: toBytes(key.challenge), allowCredentials: named(key.allowCredentials) },
    });
    const { authenticatorData, clientDataJSON, signature, userHandle } = found.response;
    return {
      id: found.id,
      rawId: toText(found.rawId),
      type: found.type,
      response: {
        authenticatorData: toText(authenticatorData),
        clientDataJSON: toText(clientDataJSON),
        signature: toText(signature),
        userHandle: userHandle ? toText(userHandle) : null,
      },
      extensions: found.getClientExtensionResults(),
    };
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const told = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      told.textContent = "";
      const fields = Object.fromEntries(new FormData(form));
      try {
        const options = await send(form.dataset.begin, fields);
        const credential = await (form.dataset.passkey === "register" ? register(options) : prove(options));
        const { to } = await send(form.dataset.finish, { ...fields, credential });
        // A form that waited for the proof is sent now.
        const kept = document.querySelector("form[data-kept]");
        if (kept) HTMLFormElement.prototype.submit.call(kept);
        else window.location.assign(to);
      } catch (error) {
        // What the browser itself says (the person stopped it, no key there) is not for people to read.
        told.textContent = (!(error instanceof DOMException) && error.message) || form.dataset.failed;
      }
    });
  }
})();
