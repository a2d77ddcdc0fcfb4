/* What the journeys left in the programs' logs: no sanitizer's report, no error. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { check, none } from "./tap.js";

export default async () => {
	const folder = process.env.PLAZA_LOGS;
	const files = readdirSync(folder).filter((name) => /^(post|account|site|social|admin|sale|relay|persist|mail|sms|exports|picture|orders)_\d+\.log$/.test(name));
	const lines = files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").map((line) => `${name}: ${line}`));

	check(lines.some((line) => line.includes(" GET / ")), "logs: requests are written down");
	none(lines.filter((line) => /Sanitizer|runtime error:|: \S+ error /.test(line)), "logs: no error, no sanitizer's report");
};
