/* Passkeys: what the hub asks goes to the browser, what the browser answers goes to the hub by an ordinary form. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const ask = async () => {
    const options = JSON.parse(form.dataset.options);
    if (form.dataset.passkey === "create")
      return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  };
  const use = async (event) => {
    event?.preventDefault();
    try {
      form.elements.credential.value = JSON.stringify((await ask()).toJSON());
      form.submit();
    } catch {
      form.querySelector("[data-passkey-failed]").hidden = false;
    }
  };
  form.addEventListener("submit", use);
  use();
})();
