import "htmx.org";

import { alerts } from "./parts/alerts.js";
import { charts } from "./parts/charts-loader.js";
import { copying } from "./parts/copying.js";
import { dialogs, refusedDialog } from "./parts/dialogs.js";
import { filters } from "./parts/filters.js";
import { frames } from "./parts/frames.js";
import { keys } from "./parts/keys.js";
import { meanings } from "./parts/meanings.js";
import { menus } from "./parts/menus.js";
import { rows, selection } from "./parts/rows.js";
import { textEditor } from "./parts/text-editor.js";
import { browserZone, setUp } from "./parts/set-up.js";
import { passkeys } from "./parts/passkeys.js";
import { terms } from "./parts/terms.js";
import { themeChoice } from "./parts/theme-choice.js";
import { uploads } from "./parts/uploads.js";

// Listeners sit on the document, so that a swapped page needs no second binding.
alerts();
copying();
dialogs();
filters();
keys();
meanings();
menus();
rows();
textEditor();
setUp();
passkeys();
terms();
themeChoice();
uploads();

// What must look at each new page.
function arrive() {
  frames();
  browserZone();
  charts();
  selection();
  refusedDialog();
  document.dispatchEvent(new CustomEvent("dunwell:arrived"));
}

document.addEventListener("htmx:after:swap", arrive);
arrive();
