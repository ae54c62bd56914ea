"use strict";
// Asks the device for a passkey when the form is sent, puts its answer beside the other fields, then lets the form go as any other.
for (const place of document.querySelectorAll("[data-passkey]")) {
  const form = place.querySelector("form");
  const kind = place.dataset.passkey;
  form.addEventListener("submit", async (event) => {
    if (form.elements.passkey_answer.value || !window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) return;
    event.preventDefault();
    const options = JSON.parse(place.dataset.options).publicKey;
    try {
      const made = kind === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.passkey_answer.value = JSON.stringify(made.toJSON());
    } catch {
      form.elements.passkey_answer.value = "{}"; // given up or refused by the device: the page that comes back says so
    }
    form.submit();
  });
}
