// @ts-check
/*
 * What the script adds to pages that need none: keys, news as they come, and plots that can be looked into.
 */
import * as countdown from "./countdown.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as plot from "./plot.js";
import * as rows from "./rows.js";
import * as say from "./say.js";

say.begin();
keys.begin();
rows.begin();
live.begin();
plot.begin();
countdown.begin();
