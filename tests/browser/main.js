/* Runs the journeys, all of them or those named, against the site at PLAZA_SITE. */
import { execFileSync } from "node:child_process";
import { finish, journey } from "./tap.js";
import { browserStart, browserStop } from "./visitor.js";
import account from "./account.js";
import admin from "./admin.js";
import codes from "./codes.js";
import keyboard from "./keyboard.js";
import language from "./language.js";
import leaving from "./leaving.js";
import lists from "./lists.js";
import logs from "./logs.js";
import moderating from "./moderating.js";
import pages from "./pages.js";
import phone from "./phone.js";
import profile from "./profile.js";
import refusals from "./refusals.js";
import resume from "./resume.js";
import selling from "./selling.js";
import settings from "./settings.js";
import sharing from "./sharing.js";
import talking from "./talking.js";
import weight from "./weight.js";
import writing from "./writing.js";

const journeys = {
	account, lists, writing, talking, moderating, resume, settings, selling, profile, codes, leaving, language, keyboard, phone, pages, admin, sharing, refusals, weight, logs,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in journeys));

if (unknown.length) {
	console.error(`no journey ${unknown.join(", ")}; there are ${Object.keys(journeys).join(", ")}`);
	process.exit(2);
}

/* All journeys come from one address, where ten wrong passwords make the login ask for a picture. */
const forgetFailures = () => execFileSync("tests/support/services.sh", ["redis", process.env.PLAZA_STATE],
	{ input: "DEL limit:fail-from:{127.0.0.1}\n" });

await browserStart();
for (const [name, run] of Object.entries(journeys))
	if (!wanted.length || wanted.includes(name)) {
		forgetFailures();
		await journey(name, run);
	}
await browserStop();
process.exitCode = finish() ? 0 : 1;
