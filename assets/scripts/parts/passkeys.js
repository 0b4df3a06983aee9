// allauth's scripts tell of a passkey that did not work by an event; here it becomes a sentence on the page.

const SENTENCES = {
  NotAllowedError: "Nothing was confirmed: it was cancelled, or took too long. Try again.",
  InvalidStateError: "This key is registered already.",
  SecurityError: "Passkeys need https and a host name: an address such as 127.0.0.1 has none.",
  NotSupportedError: "This browser or device has no passkeys.",
};

export function passkeys() {
  document.addEventListener("allauth.error", (event) => {
    const place = document.getElementById("passkey-trouble");
    if (!place) return;
    event.preventDefault();
    const { name } = event.detail.exception ?? {};
    place.querySelector("span").textContent = SENTENCES[name] ?? "The passkey could not be used. Try again, or sign in another way.";
    place.hidden = false;
  });
}
