// A file that the server would refuse for its size is refused here, before it is sent.
// <input type="file" data-most="1048576">

function check(input) {
  const most = Number(input.dataset.most);
  const file = input.files[0];
  const megabytes = Math.round(most / 1048576);
  input.setCustomValidity(file && file.size > most ? `At most ${megabytes} MB are taken here.` : "");
  input.reportValidity();
}

export function uploads() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-most]")) check(event.target);
  });
}
