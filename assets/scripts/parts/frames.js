// A mail preview is as high as its mail. Its sandbox allows no script; only its height is read.
export function frames() {
  for (const frame of document.querySelectorAll("iframe[data-fits]")) {
    const fit = () => {
      const body = frame.contentDocument?.documentElement;
      if (body && body.scrollHeight > 40) frame.style.height = `${body.scrollHeight}px`;
    };
    frame.addEventListener("load", fit);
    fit();
  }
}
