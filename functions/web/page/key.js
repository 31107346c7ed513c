// The key that a server may ask for. It is kept for this tab alone, and sent with
// every request.

const $ = (id) => document.getElementById(id);
const name = "naru-key";

// authorization is what a request says of who sends it.
export function authorization() {
  const key = sessionStorage.getItem(name);
  return key ? { Authorization: "Bearer " + key } : {};
}

// askForKey shows the form for a key; then() runs when one was given.
export function askForKey(then) {
  const form = $("key-form");
  form.hidden = false;
  $("key").focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    sessionStorage.setItem(name, $("key").value.trim());
    $("key").value = "";
    form.hidden = true;
    then();
  };
}
